import type { Bucket } from '../../buckets/bucket.ts';
import type { Region } from '../../buckets/region.ts';
import { bucketOfArn } from '../../replication/configuration/arns.ts';
import { ReplicationFailure } from '../../replication/failure-codes.ts';
import type { RoleSession } from '../../replication/role/role-access.ts';
import type { JobRow, JobSource } from '../../store/tables/job-rows.ts';
import type { BatchContext } from '../context.ts';
import { JobFailure } from '../job-failure.ts';
import { jobRole } from '../job-role.ts';

export type GeneratorSource = Extract<JobSource, { kind: 'generator' }>;

/** The bucket whose versions are listed, once the role may have them listed (reference: s3-batch-replication 3.1, 12.1).
 * @throws JobFailure */
export async function openSourceBucket(
  context: BatchContext,
  region: Region,
  job: JobRow,
  source: GeneratorSource,
): Promise<Bucket> {
  const name = bucketOfArn(source.sourceBucket) ?? source.sourceBucket;
  const role = await roleOf(context, job);
  const bucket = await context.objects.buckets.find(name);
  if (bucket === undefined) {
    throw new JobFailure('SrcBucketNotFound', `The source bucket ${name} does not exist.`);
  }
  const { owner } = bucket.row;
  if (source.expectedBucketOwner !== undefined && owner !== source.expectedBucketOwner) {
    throw new JobFailure(
      'ExpectedBucketOwnerMismatch',
      `The source bucket ${name} is not owned by ${source.expectedBucketOwner}.`,
    );
  }
  if (owner !== job.account) {
    throw new JobFailure(
      'ManifestAccessDenied',
      `The source bucket ${name} is not of the account ${job.account}.`,
    );
  }
  if (bucket.region.name !== region.name) {
    throw new JobFailure(
      'SrcBucketInvalidRegion',
      `The source bucket ${name} is in ${bucket.region.name}, the job in ${region.name}.`,
    );
  }
  await requirePermissions(job, role, bucket, needsConfiguration(job, source));
  if (needsConfiguration(job, source) && bucket.row.replication === undefined) {
    throw new JobFailure(
      'ReplicationConfigurationMissing',
      `The source bucket ${name} has no replication configuration.`,
    );
  }
  return bucket;
}

function needsConfiguration({ operation }: JobRow, { filter }: GeneratorSource): boolean {
  return operation.name === 'S3ReplicateObject' || filter.eligibleForReplication === true;
}

async function requirePermissions(
  { roleArn }: JobRow,
  role: RoleSession,
  bucket: Bucket,
  withConfiguration: boolean,
): Promise<void> {
  const actions = ['s3:PutInventoryConfiguration'];
  if (withConfiguration) actions.unshift('s3:GetReplicationConfiguration');
  for (const action of actions) {
    if (await role.may(action, bucket)) continue;
    throw new JobFailure(
      'ManifestAccessDenied',
      `The manifest cannot be generated: ${roleArn} may not ${action} on ${bucket.row.name}.`,
    );
  }
}

async function roleOf(context: BatchContext, job: JobRow): Promise<RoleSession> {
  try {
    return await jobRole(context, job);
  } catch (error) {
    if (!(error instanceof ReplicationFailure)) throw error;
    throw new JobFailure('RoleNotAssumable', error.message, { cause: error });
  }
}
