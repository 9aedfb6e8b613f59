import { hash } from 'node:crypto';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  PutBucketReplicationCommand,
  type PutBucketReplicationCommandInput,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { signRequest } from '../../src/command-line/sign-request.ts';
import type { ProcessStatus } from '../../src/threads/process-status.ts';
import type { Answer, Ledger } from './ledger.ts';
import { ROOT_KEYS } from './server.ts';

/** Two buckets in two regions, one replicating to the other, and the clients to use them with. */
export const SOURCE = 'trust-source';
export const REPLICA = 'trust-replica';
export const ROLE = 'trust-replication';
const HOME_REGION = 'us-east-1';
const FAR_REGION = 'ap-south-1';
// Longer than any answer takes on a busy machine; a hung server must not hang the run.
const ANSWER_MS_MAX = 30_000;
const SETTLED_MS_MAX = 120_000;
const POLL_MS = 50;

export class World {
  readonly endpoint: string;
  readonly source: { readonly client: S3Client; readonly bucket: string };
  readonly replica: { readonly client: S3Client; readonly bucket: string };
  readonly iam: IAMClient;

  constructor(endpoint: string) {
    this.endpoint = endpoint;
    // One attempt: a repetition that nobody counted would be a version that nobody expects.
    const options = {
      endpoint,
      credentials: ROOT_KEYS,
      maxAttempts: 1,
      requestHandler: { requestTimeout: ANSWER_MS_MAX },
    };
    this.source = {
      client: new S3Client({ ...options, region: HOME_REGION, forcePathStyle: true }),
      bucket: SOURCE,
    };
    this.replica = {
      client: new S3Client({ ...options, region: FAR_REGION, forcePathStyle: true }),
      bucket: REPLICA,
    };
    this.iam = new IAMClient({ ...options, region: HOME_REGION });
  }

  /** Makes buckets, role and rule. Each call is in the ledger: what was acknowledged has to stay. */
  async furnish(ledger: Ledger): Promise<void> {
    const { client } = this.source;
    const { client: far } = this.replica;
    const account = await this.#account();
    const role = `arn:aws:iam::${account}:role/${ROLE}`;
    const step = async (name: FurnishStep, call: Promise<Answer>) => {
      const entry = ledger.begin({ kind: 'furnish', step: name });
      ledger.acknowledge(entry, await call);
    };
    const location = { CreateBucketConfiguration: { LocationConstraint: FAR_REGION } } as const;
    await step('source', client.send(new CreateBucketCommand({ Bucket: SOURCE })));
    await step('replica', far.send(new CreateBucketCommand({ Bucket: REPLICA, ...location })));
    await step('source-versioning', client.send(new PutBucketVersioningCommand(enabled(SOURCE))));
    await step('replica-versioning', far.send(new PutBucketVersioningCommand(enabled(REPLICA))));
    await step(
      'role',
      this.iam.send(new CreateRoleCommand({ RoleName: ROLE, AssumeRolePolicyDocument: TRUST })),
    );
    await step(
      'role-policy',
      this.iam.send(
        new PutRolePolicyCommand({ RoleName: ROLE, PolicyName: 'replication', PolicyDocument: PERMISSIONS }),
      ),
    );
    await step('replication', client.send(new PutBucketReplicationCommand(replicationTo(REPLICA, role))));
  }

  async status(verify: boolean): Promise<ProcessStatus> {
    const path = '/_holdfast/api/GetStatus';
    const body = JSON.stringify({ verify });
    const { host } = new URL(this.endpoint);
    const { host: _, ...headers } = signRequest(
      {
        method: 'POST',
        host,
        path,
        payloadHash: hash('sha256', body),
        region: HOME_REGION,
        service: 'holdfast',
        nowMs: Date.now(),
      },
      ROOT_KEYS,
    );
    const response = await fetch(this.endpoint + path, {
      method: 'POST',
      body,
      headers: { ...headers, 'content-type': 'application/json' },
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`GetStatus: ${response.status} ${text}`);
    return (JSON.parse(text) as { status: ProcessStatus }).status;
  }

  /** Waits until nothing is pending; gives the counters that differ from what they count, and what is parked. */
  async settled(): Promise<{ readonly wrong: string[]; readonly parked: number }> {
    await this.untilNothingIsPending();
    const { buckets, counterDifferences = [] } = await this.status(true);
    const rules = buckets.flatMap((bucket) => bucket.rules);
    const pending = rules.reduce((sum, { pendingCount }) => sum + pendingCount, 0);
    return {
      wrong: [
        ...counterDifferences.map((difference) => `a counter is wrong: ${JSON.stringify(difference)}`),
        ...(pending === 0 ? [] : [`${pending} operations are still pending after ${SETTLED_MS_MAX} ms`]),
      ],
      parked: rules.flatMap(({ failed }) => Object.values(failed)).reduce((sum, count) => sum + count, 0),
    };
  }

  /** Or the patience is over. */
  async untilNothingIsPending(): Promise<void> {
    for (let waitedMs = 0; waitedMs < SETTLED_MS_MAX; waitedMs += POLL_MS) {
      const { buckets } = await this.status(false);
      if (buckets.every(({ rules }) => rules.every(({ pendingCount }) => pendingCount === 0))) return;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  close(): void {
    for (const client of [this.source.client, this.replica.client, this.iam]) client.destroy();
  }

  async #account(): Promise<string> {
    const sts = new STSClient({ endpoint: this.endpoint, region: HOME_REGION, credentials: ROOT_KEYS });
    try {
      return (await sts.send(new GetCallerIdentityCommand({}))).Account ?? '';
    } finally {
      sts.destroy();
    }
  }
}

export type FurnishStep =
  | 'source'
  | 'replica'
  | 'source-versioning'
  | 'replica-versioning'
  | 'role'
  | 'role-policy'
  | 'replication';

const enabled = (bucket: string) =>
  ({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }) as const;

const replicationTo = (bucket: string, role: string): PutBucketReplicationCommandInput => ({
  Bucket: SOURCE,
  ReplicationConfiguration: {
    Role: role,
    Rules: [
      {
        ID: 'all',
        Status: 'Enabled',
        Priority: 1,
        Filter: {},
        DeleteMarkerReplication: { Status: 'Enabled' },
        Destination: { Bucket: `arn:aws:s3:::${bucket}` },
      },
    ],
  },
});

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

const PERMISSIONS = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: ['s3:Get*', 's3:ListBucket'],
      Resource: [`arn:aws:s3:::${SOURCE}`, `arn:aws:s3:::${SOURCE}/*`],
    },
    {
      Effect: 'Allow',
      Action: ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags', 's3:GetObjectVersionTagging'],
      Resource: [`arn:aws:s3:::${REPLICA}/*`],
    },
  ],
});
