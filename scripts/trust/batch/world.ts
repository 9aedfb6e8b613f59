import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { S3ControlClient } from '@aws-sdk/client-s3-control';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { s3ControlEndpoint } from '../../../src/command-line/s3control-endpoint.ts';
import type { Place } from '../list-versions.ts';
import { ROOT_KEYS } from '../server.ts';

/** What batch jobs need: buckets in two regions, the two roles, rules; and the clients to use them with. */
export const HOME_REGION = 'us-east-1';
export const FAR_REGION = 'ap-south-1';
export const REPORTS = 'trust-reports';
const REPLICATION_ROLE = 'trust-replication';
const BATCH_ROLE = 'trust-batch';
// Longer than any answer takes on a busy machine; a hung server must not hang the run.
const ANSWER_MS_MAX = 60_000;

export interface Pair {
  readonly source: string;
  readonly replica: string;
}

export class BatchWorld {
  readonly endpoint: string;
  readonly home: S3Client;
  readonly far: S3Client;
  readonly control: S3ControlClient;
  account = '';
  readonly #iam: IAMClient;

  constructor(endpoint: string) {
    this.endpoint = endpoint;
    const options = {
      endpoint,
      credentials: ROOT_KEYS,
      requestHandler: { requestTimeout: ANSWER_MS_MAX },
    };
    this.home = new S3Client({ ...options, region: HOME_REGION, forcePathStyle: true });
    this.far = new S3Client({ ...options, region: FAR_REGION, forcePathStyle: true });
    this.#iam = new IAMClient({ ...options, region: HOME_REGION });
    const { endpoint: _given, ...others } = options;
    this.control = new S3ControlClient({ ...others, ...s3ControlEndpoint(endpoint, HOME_REGION) });
  }

  get batchRole(): string {
    return `arn:aws:iam::${this.account}:role/${BATCH_ROLE}`;
  }

  sourceOf({ source }: Pair): Place {
    return { client: this.home, bucket: source };
  }

  replicaOf({ replica }: Pair): Place {
    return { client: this.far, bucket: replica };
  }

  /** The two roles, and the bucket of the reports. */
  async furnish(): Promise<void> {
    const sts = new STSClient({ endpoint: this.endpoint, region: HOME_REGION, credentials: ROOT_KEYS });
    this.account = (await sts.send(new GetCallerIdentityCommand({}))).Account ?? '';
    sts.destroy();
    await this.#role(REPLICATION_ROLE, 's3.amazonaws.com', ['s3:Get*', 's3:ListBucket', 's3:Replicate*']);
    await this.#role(BATCH_ROLE, 'batchoperations.s3.amazonaws.com', [
      's3:InitiateReplication',
      's3:GetReplicationConfiguration',
      's3:PutInventoryConfiguration',
      's3:PutObject',
      's3:PutObjectVersionTagging',
    ]);
    await this.home.send(new CreateBucketCommand({ Bucket: REPORTS }));
  }

  async makeSource(bucket: string): Promise<void> {
    await this.home.send(new CreateBucketCommand({ Bucket: bucket }));
    await this.home.send(new PutBucketVersioningCommand(enabled(bucket)));
  }

  async makePair({ source, replica }: Pair): Promise<void> {
    await this.makeSource(source);
    const location = { CreateBucketConfiguration: { LocationConstraint: FAR_REGION } } as const;
    await this.far.send(new CreateBucketCommand({ Bucket: replica, ...location }));
    await this.far.send(new PutBucketVersioningCommand(enabled(replica)));
  }

  /** Only after the source was filled: what is older than its rule is what jobs are for. */
  async makeRule({ source, replica }: Pair): Promise<void> {
    await this.home.send(
      new PutBucketReplicationCommand({
        Bucket: source,
        ReplicationConfiguration: {
          Role: `arn:aws:iam::${this.account}:role/${REPLICATION_ROLE}`,
          Rules: [
            {
              ID: 'all',
              Status: 'Enabled',
              Priority: 1,
              Filter: {},
              DeleteMarkerReplication: { Status: 'Enabled' },
              Destination: { Bucket: `arn:aws:s3:::${replica}` },
            },
          ],
        },
      }),
    );
  }

  close(): void {
    for (const client of [this.home, this.far, this.#iam, this.control]) client.destroy();
  }

  async #role(RoleName: string, service: string, actions: readonly string[]): Promise<void> {
    const policy = (statement: object) =>
      JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
    const trust = policy({ Principal: { Service: service }, Action: 'sts:AssumeRole' });
    await this.#iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
    const PolicyDocument = policy({ Action: actions, Resource: '*' });
    await this.#iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: RoleName, PolicyDocument }));
  }
}

const enabled = (bucket: string) =>
  ({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }) as const;
