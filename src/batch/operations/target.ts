import type { Bucket } from '../../buckets/bucket.ts';
import type { Region } from '../../buckets/region.ts';
import { AwsError } from '../../errors/aws-error.ts';
import { accessDenied, invalidRequest, noSuchBucket } from '../../errors/s3.ts';
import { existingTags } from '../../objects/existing-tags.ts';
import { existingObjectTags } from '../../policy/existing-object-tags.ts';
import type { RequestContext } from '../../policy/types.ts';
import type { ActionConditions, RoleSession } from '../../replication/role/role-access.ts';
import type { JobRow, JobTask } from '../../store/tables/job-rows.ts';
import type { BatchContext } from '../context.ts';
import { jobRole } from '../job-role.ts';
import { taskBucketName } from '../task-bucket.ts';

/** The object that one task is about, and the role that acts on it. */
export interface TaskTarget {
  readonly job: JobRow;
  readonly session: RoleSession;
  readonly bucket: Bucket;
  readonly key: string;
  /** As on the wire; absent: the newest version. */
  readonly versionId?: string;
}

/** @throws AwsError NoSuchBucket, InvalidRequest; ReplicationFailure AssumeRoleNotPermitted */
export async function openTarget(
  context: BatchContext,
  region: Region,
  job: JobRow,
  task: JobTask,
): Promise<TaskTarget> {
  const { key, versionId } = task;
  // So AWS reports a row whose cell is empty where others have an id (reference: s3-batch-replication 4.2).
  if (versionId === '') throw invalidRequest('The version id is missing.');
  const session = await jobRole(context, job);
  const name = taskBucketName(job, task);
  const bucket = await context.objects.buckets.find(name);
  if (bucket === undefined) throw noSuchBucket(name);
  if (bucket.region.name !== region.name) {
    throw invalidRequest(`The bucket ${name} is in ${bucket.region.name}, and the job in ${region.name}.`);
  }
  return { job, session, bucket, key, ...(versionId === undefined ? {} : { versionId }) };
}

/** @param suffix of the action, which has `Version` in it where the task names one: s3:PutObjectTagging and
 *   s3:PutObjectVersionTagging.
 * @throws AwsError AccessDenied */
export async function requireOnTarget(
  context: BatchContext,
  target: TaskTarget,
  verb: 'Get' | 'Put' | 'Delete',
  suffix: '' | 'Acl' | 'Tagging',
  conditions: RequestContext = {},
): Promise<void> {
  const { bucket, key, versionId } = target;
  const action = `s3:${verb}Object${versionId === undefined ? '' : 'Version'}${suffix}`;
  await requirePermission(target, action, bucket, key, async () => ({
    ...(versionId === undefined ? {} : { 's3:versionid': versionId }),
    ...existingObjectTags(action, await existingTags(context.objects, bucket, target)),
    ...conditions,
  }));
}

/** @throws AwsError AccessDenied */
export async function requirePermission(
  { job, session }: Pick<TaskTarget, 'job' | 'session'>,
  action: string,
  bucket: Bucket,
  key?: string,
  conditions?: ActionConditions,
): Promise<void> {
  const { name } = bucket.row;
  if (await session.may(action, bucket, key, conditions)) return;
  const resource = `arn:aws:s3:::${name}${key === undefined ? '' : `/${key}`}`;
  throw accessDenied(`${job.roleArn} is not authorized to perform: ${action} on resource: ${resource}`);
}

const MISSING = new Set(['NoSuchKey', 'NoSuchVersion']);

/** A role that may not list the bucket is not told what is missing from it: 403 instead of 404, as by S3.
 * @throws AwsError AccessDenied, and what `work` throws */
export async function hidingWhatIsMissing<Answer>(
  target: TaskTarget,
  work: Promise<Answer>,
): Promise<Answer> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AwsError && MISSING.has(error.code)) {
      await requirePermission(target, 's3:ListBucket', target.bucket);
    }
    throw error;
  }
}
