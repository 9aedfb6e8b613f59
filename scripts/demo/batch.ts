import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { PutBucketReplicationCommand, type ReplicationConfiguration } from '@aws-sdk/client-s3';
import {
  CreateJobCommand,
  DescribeJobCommand,
  type JobDescriptor,
  type JobManifestGenerator,
  type JobReport,
  type JobStatus,
  UpdateJobStatusCommand,
} from '@aws-sdk/client-s3-control';
import { createBucket, documentUrl, enableVersioning, type Step } from './steps.ts';
import {
  ARCHIVE,
  BATCH_ROLE,
  exampleDocument,
  FAR_REGION,
  HOME_REGION,
  iam,
  REPORTS,
  ROLE,
  SOURCE,
  s3,
  s3Control,
  type World,
} from './world.ts';

const POLL_MS = 100;
/** How long the job may stay in one state on a slow machine before the demo calls it a failure. */
const STATE_MS_MAX = 120_000;

/** An archive that is added after the uploads, the role of batch jobs, and a bucket for their reports. */
export function archiveSteps(world: World): Step[] {
  return [
    createBucket(world, ARCHIVE, FAR_REGION, world.owner),
    enableVersioning(world, ARCHIVE, FAR_REGION, world.owner),
    putRolePolicy(world, ROLE, 'archive', 'archive-permissions-policy.json'),
    {
      title: 'a third rule, for an archive in another storage class',
      command: `s3api put-bucket-replication --bucket ${SOURCE} --region ${HOME_REGION} --replication-configuration ${documentUrl(world, 'replication-with-archive.json')}`,
      run: () =>
        s3(world, world.owner, HOME_REGION).send(
          new PutBucketReplicationCommand({
            Bucket: SOURCE,
            ReplicationConfiguration: JSON.parse(
              exampleDocument('replication-with-archive.json', world),
            ) as ReplicationConfiguration,
          }),
        ),
    },
    createBucket(world, REPORTS, HOME_REGION, world.owner),
    {
      title: 'a role that S3 Batch Operations may assume',
      command: `iam create-role --role-name ${BATCH_ROLE} --assume-role-policy-document ${documentUrl(world, 'batch-assume-role-policy.json')}`,
      run: () =>
        iam(world, world.owner).send(
          new CreateRoleCommand({
            RoleName: BATCH_ROLE,
            AssumeRolePolicyDocument: exampleDocument('batch-assume-role-policy.json', world),
          }),
        ),
    },
    putRolePolicy(world, BATCH_ROLE, 'batch', 'batch-permissions-policy.json'),
  ];
}

function putRolePolicy(
  world: World,
  role: string,
  policy: string,
  name: 'archive-permissions-policy.json' | 'batch-permissions-policy.json',
): Step {
  return {
    title: 'what it may do',
    command: `iam put-role-policy --role-name ${role} --policy-name ${policy} --policy-document ${documentUrl(world, name)}`,
    run: () =>
      iam(world, world.owner).send(
        new PutRolePolicyCommand({
          RoleName: role,
          PolicyName: policy,
          PolicyDocument: exampleDocument(name, world),
        }),
      ),
  };
}

/** Gives the job's id. */
export function createJobStep(world: World): Step<string> {
  const { account } = world.owner;
  const role = `arn:aws:iam::${account}:role/${BATCH_ROLE}`;
  return {
    title: 'a job for what is there already, which waits for your confirmation',
    command: `s3control create-job --region ${HOME_REGION} --account-id ${account} --operation S3ReplicateObject={} --manifest-generator ${documentUrl(world, 'batch-manifest-generator.json')} --report ${documentUrl(world, 'batch-report.json')} --priority 10 --role-arn ${role} --description backfill --confirmation-required`,
    async run() {
      const { JobId } = await s3Control(world).send(
        new CreateJobCommand({
          AccountId: account,
          ConfirmationRequired: true,
          Operation: { S3ReplicateObject: {} },
          ManifestGenerator: JSON.parse(
            exampleDocument('batch-manifest-generator.json', world),
          ) as JobManifestGenerator,
          Report: JSON.parse(exampleDocument('batch-report.json', world)) as JobReport,
          Priority: 10,
          RoleArn: role,
          Description: 'backfill',
        }),
      );
      if (JobId === undefined) throw new Error('no job was made');
      return JobId;
    },
  };
}

export function describeJobStep(world: World, jobId: string): Step {
  return {
    title: 'where it stands',
    command: `s3control describe-job --region ${HOME_REGION} --account-id ${world.owner.account} --job-id ${jobId} --query Job.Status`,
    run: () => describe(world, jobId),
  };
}

export function confirmStep(world: World, jobId: string): Step {
  const { account } = world.owner;
  return {
    title: 'you confirm it',
    command: `s3control update-job-status --region ${HOME_REGION} --account-id ${account} --job-id ${jobId} --requested-job-status Ready`,
    run: () =>
      s3Control(world).send(
        new UpdateJobStatusCommand({ AccountId: account, JobId: jobId, RequestedJobStatus: 'Ready' }),
      ),
  };
}

const RESTING: ReadonlySet<JobStatus> = new Set(['Suspended', 'Complete', 'Failed', 'Cancelled']);

/** Asks again and again until the job awaits something or has ended, telling what is new. */
export async function followJob(
  world: World,
  jobId: string,
  show: (job: JobDescriptor) => void,
): Promise<JobDescriptor> {
  for (let waitedMs = 0; ; waitedMs += POLL_MS) {
    const job = await describe(world, jobId);
    show(job);
    if ((job.Status !== undefined && RESTING.has(job.Status)) || waitedMs >= STATE_MS_MAX) return job;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function describe(world: World, jobId: string): Promise<JobDescriptor> {
  const { Job } = await s3Control(world).send(
    new DescribeJobCommand({ AccountId: world.owner.account, JobId: jobId }),
  );
  return Job ?? {};
}
