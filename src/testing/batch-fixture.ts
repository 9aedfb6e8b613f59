import type { BatchContext } from '../batch/context.ts';
import { putInlinePolicy } from '../identity/inline-policies.ts';
import { createRole } from '../identity/roles.ts';
import { silentLogger } from '../lib/logger.ts';
import { AssumedRoles, BATCH_OPERATIONS } from '../replication/role/assumed-roles.ts';
import type { JobRow } from '../store/tables/job-rows.ts';
import type { MemorySite } from './memory-site.ts';
import { ACCOUNT } from './replication-fixture.ts';

export const BATCH_ROLE = `arn:aws:iam::${ACCOUNT}:role/batch`;
export const JOB_ID = '6f0c2a3e-5b1d-4f7a-9c38-0d1e2f3a4b5c';

export const BATCH_TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'batchoperations.s3.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ],
});

export function batchContextOf(site: MemorySite): BatchContext {
  const roles = new AssumedRoles(site.identity, site.site.clock, BATCH_OPERATIONS);
  return { objects: site.objects, identity: site.identity, roles, logger: silentLogger };
}

/** The role of a job, with a policy of these statements. */
export async function makeBatchRole(
  site: MemorySite,
  statements: readonly object[] = [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }],
): Promise<void> {
  await createRole(site.identity, ACCOUNT, { roleName: 'batch', trustPolicy: BATCH_TRUST });
  await setBatchRolePolicy(site, statements);
}

export async function setBatchRolePolicy(site: MemorySite, statements: readonly object[]): Promise<void> {
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  await putInlinePolicy(site.identity, 'role', ACCOUNT, 'batch', 'batch', policy);
}

/** A job over the bucket `source` that has just been created. */
export function jobRow(more: Partial<JobRow> = {}): JobRow {
  return {
    jobId: JOB_ID,
    account: ACCOUNT,
    createdAtMs: Date.UTC(2026, 0, 1),
    operation: { name: 'S3ReplicateObject' },
    source: {
      kind: 'generator',
      sourceBucket: 'arn:aws:s3:::source',
      filter: { eligibleForReplication: true },
    },
    report: { enabled: false },
    roleArn: BATCH_ROLE,
    confirmationRequired: false,
    tags: [],
    clientRequestToken: 'token',
    status: 'New',
    priority: 10,
    failureReasons: [],
    activeMs: 0,
    statesEntered: 1,
    ...more,
  };
}
