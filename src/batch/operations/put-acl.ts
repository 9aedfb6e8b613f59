import { accessControlListNotSupported, notImplemented } from '../../errors/s3.ts';
import { requireObject } from '../../objects/require-object.ts';
import type { BatchContext } from '../context.ts';
import { hidingWhatIsMissing, requireOnTarget, type TaskTarget } from './target.ts';

/** S3PutObjectAcl, as far as PutObjectAcl goes: it accepts what is so already, as every object belongs to the bucket's
 * owner, who has full control.
 * @throws AwsError */
export async function putAcl(context: BatchContext, target: TaskTarget, cannedAcl: string): Promise<void> {
  await requireOnTarget(context, target, 'Put', 'Acl', { 's3:x-amz-acl': cannedAcl });
  const { bucket, key, versionId } = target;
  if (cannedAcl !== 'bucket-owner-full-control') {
    if (bucket.row.ownershipControls === 'BucketOwnerEnforced') throw accessControlListNotSupported();
    if (cannedAcl !== 'private') throw notImplemented('x-amz-acl');
  }
  const reading = requireObject(context.objects, bucket, {
    key,
    ...(versionId === undefined ? {} : { versionId }),
  });
  await hidingWhatIsMissing(target, reading);
}
