import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { startBare } from '../load/processes.ts';
import { arrivalOf } from './arrival.ts';
import { type Bench, type Row, row, run, WARM_UP_ROUNDS } from './bench.ts';

const OBJECTS = 10_000;
const PREFIX = 'o';
const ARRIVAL_MS_MAX = 120_000;

/** 10,000 objects of 4 KiB: from the first write to the last arrival, against bare PUTs. */
export async function replicate(bench: Bench, account: string): Promise<Row[]> {
  const bare = await startBare('bare-server.ts');
  try {
    const ours: number[] = [];
    const raw: number[] = [];
    for (let round = -WARM_UP_ROUNDS; round < bench.rounds; round++) {
      const job = { kind: 'put', requestsMax: OBJECTS, durationMsMax: ARRIVAL_MS_MAX } as const;
      // The rate of bare PUTs is that of the small scenario: a server that has warmed up.
      const bareRate = (await run(bench, { port: bare.port, region: 'us-east-1' }, { kind: 'put' }))
        .perSecond;
      const { source, arrived } = await makePair(bench, account, round + WARM_UP_ROUNDS);
      const written = await run(bench, bench.ours, { ...job, bucket: source, prefix: PREFIX });
      const lastArrivalMs = await arrived();
      if (round < 0) continue;
      raw.push(bareRate);
      ours.push((OBJECTS * 1000) / (lastArrivalMs - written.startedAtMs));
    }
    return [row('replicated 4 KiB objects, first write to last arrival', '/s', ours, raw, 0.1)];
  } finally {
    bare.stop();
  }
}

async function makePair({ ours }: Bench, account: string, round: number) {
  const credentials = ours.keys ?? { accessKeyId: '', secretAccessKey: '' };
  const endpoint = `http://127.0.0.1:${ours.port}`;
  const client = (region: string) => new S3Client({ endpoint, region, forcePathStyle: true, credentials });
  const [here, there] = [client('us-east-1'), client('ap-south-1')];
  const source = `bench-source-${round}`;
  const destination = `bench-destination-${round}`;
  await here.send(new CreateBucketCommand({ Bucket: source }));
  await there.send(
    new CreateBucketCommand({
      Bucket: destination,
      CreateBucketConfiguration: { LocationConstraint: 'ap-south-1' },
    }),
  );
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await here.send(new PutBucketVersioningCommand({ Bucket: source, VersioningConfiguration }));
  await there.send(new PutBucketVersioningCommand({ Bucket: destination, VersioningConfiguration }));
  await makeRole(new IAMClient({ endpoint, region: 'us-east-1', credentials }), round);
  await here.send(
    new PutBucketReplicationCommand({
      Bucket: source,
      ReplicationConfiguration: {
        Role: `arn:aws:iam::${account}:role/bench-${round}`,
        Rules: [
          {
            ID: 'all',
            Status: 'Enabled',
            Priority: 1,
            Filter: {},
            DeleteMarkerReplication: { Status: 'Disabled' },
            Destination: { Bucket: `arn:aws:s3:::${destination}` },
          },
        ],
      },
    }),
  );
  const arrived = () =>
    arrivalOf(
      { endpoint, keys: credentials, client: there, bucket: destination },
      { objects: OBJECTS, msMax: ARRIVAL_MS_MAX },
    );
  return { source, arrived };
}

async function makeRole(iam: IAMClient, round: number): Promise<void> {
  const policy = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const RoleName = `bench-${round}`;
  await iam.send(
    new CreateRoleCommand({
      RoleName,
      AssumeRolePolicyDocument: policy({
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: 'sts:AssumeRole',
      }),
    }),
  );
  await iam.send(
    new PutRolePolicyCommand({
      RoleName,
      PolicyName: 'replication',
      PolicyDocument: policy({ Effect: 'Allow', Action: 's3:*', Resource: '*' }),
    }),
  );
}
