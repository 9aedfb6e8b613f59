import type { Bucket } from '../../buckets/bucket.ts';
import {
  copyOntoItself,
  invalidObjectState,
  noSuchBucket,
  notImplemented,
  preconditionFailed,
} from '../../errors/s3.ts';
import { copyObject } from '../../objects/copy-object.ts';
import { versionsOf } from '../../objects/key-versions.ts';
import type { Tags } from '../../objects/put-object.ts';
import { requestObjectTags } from '../../policy/request-object-tags.ts';
import { bucketOfArn } from '../../replication/configuration/arns.ts';
import type { JobCopy, JobTaskName } from '../../store/tables/job-rows.ts';
import { stampMilliseconds } from '../../store/tables/order-stamp.ts';
import type { ObjectVersion } from '../../store/tables/rows.ts';
import type { BatchContext } from '../context.ts';
import { hidingWhatIsMissing, requireOnTarget, requirePermission, type TaskTarget } from './target.ts';

/** Classes whose bytes S3 cannot read without a restore. */
const ARCHIVE_CLASSES = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/** S3PutObjectCopy, as far as CopyObject goes. An object above 5 GiB fails, as at AWS.
 * @throws AwsError */
export async function putCopy(
  context: BatchContext,
  source: TaskTarget,
  copy: JobCopy,
  name: JobTaskName,
): Promise<void> {
  const { objects } = context;
  const target = bucketOfArn(copy.targetBucket) ?? copy.targetBucket;
  const bucket = await objects.buckets.find(target);
  if (bucket === undefined) throw noSuchBucket(target);
  const key = targetKey(copy, source.key);
  await requireOnTarget(context, source, 'Get', '');
  await requireWrite(source, bucket, key, copy);
  checkOwnership(source, bucket);
  refuseCopyOntoItself(source, bucket, key, copy);
  const copiedBy = `${name.jobId}/${name.chunk}/${name.task}`;
  if (await standsAlready(source, bucket, key, copiedBy)) return;
  const copying = copyObject(objects, bucket, {
    source: { ...source, check: (version, modifiedMs) => checkSource(context, copy, version, modifiedMs) },
    key,
    copiedBy,
    ...(copy.newObjectTags === undefined
      ? { permitTags: (tags) => requireTagging(context, source, bucket, key, tags) }
      : { replaceTags: copy.newObjectTags }),
    ...(copy.metadataDirective === 'REPLACE'
      ? { replaceMetadata: { metadata: copy.metadata ?? {}, system: copy.system ?? {} } }
      : {}),
    ...(copy.storageClass === undefined ? {} : { storageClass: copy.storageClass }),
    ...(copy.checksumAlgorithm === undefined ? {} : { algorithm: copy.checksumAlgorithm }),
  });
  await hidingWhatIsMissing(source, copying);
}

/** Whether the task was run before and its result not written. In a bucket without versions a later write may have
 * replaced the copy: then it is made once more. */
async function standsAlready(
  { job }: TaskTarget,
  bucket: Bucket,
  key: string,
  copiedBy: string,
): Promise<boolean> {
  for await (const version of versionsOf(bucket, key)) {
    if (stampMilliseconds(version.stamp) < job.createdAtMs) return false;
    if (version.kind === 'object' && version.copiedBy === copiedBy) return true;
  }
  return false;
}

/** AWS: a folder named Folder1 is given as the prefix Folder1. */
function targetKey({ targetKeyPrefix: prefix }: JobCopy, key: string): string {
  if (prefix === undefined || prefix === '') return key;
  return prefix.endsWith('/') ? `${prefix}${key}` : `${prefix}/${key}`;
}

async function requireWrite(source: TaskTarget, bucket: Bucket, key: string, copy: JobCopy): Promise<void> {
  const { newObjectTags: tags = [], storageClass, metadataDirective } = copy;
  const conditions = () => ({
    's3:x-amz-copy-source': `${source.bucket.row.name}/${source.key}`,
    's3:x-amz-metadata-directive': metadataDirective,
    's3:ObjectCreationOperation': 'true',
    ...(storageClass === undefined ? {} : { 's3:x-amz-storage-class': storageClass }),
    ...requestObjectTags(tags),
  });
  await requirePermission(source, 's3:PutObject', bucket, key, conditions);
  if (tags.length > 0) await requirePermission(source, 's3:PutObjectTagging', bucket, key, conditions);
}

/** Where ACLs are switched on, the writer would own the copy: no object here belongs to anyone but its bucket's owner. */
function checkOwnership({ job }: TaskTarget, { row }: Bucket): void {
  if (row.ownershipControls === 'BucketOwnerEnforced' || row.owner === job.account) return;
  throw notImplemented('x-amz-object-ownership');
}

function refuseCopyOntoItself(source: TaskTarget, bucket: Bucket, key: string, copy: JobCopy): void {
  const { versionId } = source;
  if (source.bucket.row.id !== bucket.row.id || source.key !== key || versionId !== undefined) return;
  if (copy.metadataDirective === 'REPLACE' || copy.storageClass !== undefined) return;
  throw copyOntoItself();
}

/** Tags that travel along need rights of their own on both sides. */
async function requireTagging(
  context: BatchContext,
  source: TaskTarget,
  bucket: Bucket,
  key: string,
  tags: Tags,
): Promise<void> {
  await requireOnTarget(context, source, 'Get', 'Tagging');
  await requirePermission(source, 's3:PutObjectTagging', bucket, key, () => requestObjectTags(tags));
}

/** Conditions compare whole seconds, as HTTP dates have no others. */
function checkSource(
  { objects }: BatchContext,
  { modifiedSinceMs, unmodifiedSinceMs }: JobCopy,
  version: ObjectVersion,
  modifiedMs: number,
): void {
  const modifiedSeconds = Math.floor(modifiedMs / 1000);
  if (unmodifiedSinceMs !== undefined && modifiedSeconds > Math.floor(unmodifiedSinceMs / 1000)) {
    throw preconditionFailed('x-amz-copy-source-If-Unmodified-Since');
  }
  const known = modifiedSinceMs !== undefined && modifiedSinceMs <= objects.site.clock.now();
  // A date in the future is ignored.
  if (known && modifiedSeconds <= Math.floor(modifiedSinceMs / 1000)) {
    throw preconditionFailed('x-amz-copy-source-If-Modified-Since');
  }
  if (ARCHIVE_CLASSES.has(version.storageClass)) throw invalidObjectState(version.storageClass);
}
