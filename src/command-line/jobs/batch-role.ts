import type { AwsClients } from '../aws-clients.ts';
import type { Perform } from '../aws-steps.ts';
import { ensureRole, roleNameFor } from '../ensure-role.ts';
import type { Terminal } from '../terminal.ts';

const ROLE_PREFIX = 's3batch_role_for_';
export const BATCH_SERVICE = 'batchoperations.s3.amazonaws.com';

/** The role of batch replication jobs out of one bucket (reference: s3-batch-replication 12.1). Each bucket that it writes
 * to has a policy of its own, so that a further job takes nothing from one that still runs. */
export function ensureBatchRole(
  aws: AwsClients,
  io: { readonly perform: Perform; readonly terminal: Terminal },
  source: string,
  {
    reportBucket,
    manifestBucket,
  }: { readonly reportBucket?: string | undefined; readonly manifestBucket?: string | undefined },
): Promise<string> {
  const policies: Record<string, object> = {
    [`replicate_${source}`]: policy(
      allow('s3:InitiateReplication', `arn:aws:s3:::${source}/*`),
      allow(['s3:GetReplicationConfiguration', 's3:PutInventoryConfiguration'], `arn:aws:s3:::${source}`),
    ),
  };
  if (reportBucket !== undefined) {
    policies[`report_to_${reportBucket}`] = policy(allow('s3:PutObject', `arn:aws:s3:::${reportBucket}/*`));
  }
  if (manifestBucket !== undefined) {
    policies[`manifest_in_${manifestBucket}`] = policy(
      allow(['s3:PutObject', 's3:GetObject', 's3:GetObjectVersion'], `arn:aws:s3:::${manifestBucket}/*`),
    );
  }
  return ensureRole(aws, io, {
    roleName: roleNameFor(ROLE_PREFIX, source),
    service: BATCH_SERVICE,
    purpose: `batch jobs on ${source}`,
    policies,
  });
}

function policy(...statements: readonly object[]): object {
  return { Version: '2012-10-17', Statement: statements };
}

function allow(actions: string | readonly string[], resource: string): object {
  return { Effect: 'Allow', Action: actions, Resource: resource };
}
