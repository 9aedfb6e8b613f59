import type { Bucket } from '../../buckets/bucket.ts';
import type { AwsError } from '../../errors/aws-error.ts';
import {
  accessDenied,
  asAwsError,
  malformedXml,
  notImplemented,
  userKeyMustBeSpecified,
} from '../../errors/s3.ts';
import { applicableBucketPolicy } from '../../identity/applicable-bucket-policy.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import { deleteObject } from '../../objects/delete-object.ts';
import { deletionOf } from './access-objects.ts';
import { checkBucketRegion } from './rules/bucket-region.ts';
import { checkNoGovernanceBypass } from './rules/object-lock-headers.ts';
import type { S3Access, S3Call, S3Handler, S3Input, S3Output } from './s3-handler.ts';

// AWS: "The request can contain a list of up to 1,000 keys".
const KEYS_MAX = 1000;
// Enough to share one synced write; the rest of the server goes on beside it.
const DELETED_AT_ONCE_MAX = 64;

type Entry = NonNullable<S3Input<'DeleteObjects'>['Delete']['Objects']>[number];
type Deleted = NonNullable<S3Output<'DeleteObjects'>['Deleted']>[number];
type Failed = NonNullable<S3Output<'DeleteObjects'>['Errors']>[number];
type Outcome = { readonly deleted: Deleted } | { readonly failed: Failed };

export const DeleteObjects =
  (objects: ObjectsContext): S3Handler<'DeleteObjects'> =>
  async (input, call) => {
    const { Objects: entries, Quiet: quiet } = input.Delete;
    if (entries === undefined || entries.length === 0 || entries.length > KEYS_MAX) throw malformedXml();
    if (entries.some(({ Key }) => Key === '')) throw userKeyMustBeSpecified();
    if (call.headers['x-amz-mfa'] !== undefined) throw notImplemented('x-amz-mfa');
    const bucket = await objects.buckets.require(input.Bucket);
    checkBucketRegion(call, objects.site, bucket);
    checkNoGovernanceBypass(call.headers);
    const deleted: Deleted[] = [];
    const failed: Failed[] = [];
    for (let start = 0; start < entries.length; start += DELETED_AT_ONCE_MAX) {
      const batch = entries.slice(start, start + DELETED_AT_ONCE_MAX);
      for (const outcome of await Promise.all(
        batch.map((entry) => deleteOne(objects, bucket, entry, call)),
      )) {
        if ('failed' in outcome) failed.push(outcome.failed);
        else if (quiet !== true) deleted.push(outcome.deleted);
      }
    }
    return {
      ...(deleted.length === 0 ? {} : { Deleted: deleted }),
      ...(failed.length === 0 ? {} : { Errors: failed }),
    };
  };

async function deleteOne(
  objects: ObjectsContext,
  bucket: Bucket,
  entry: Entry,
  call: S3Call,
): Promise<Outcome> {
  const { Key, VersionId, ETag } = entry;
  const named = { Key, ...(VersionId === undefined ? {} : { VersionId }) };
  try {
    if (entry.LastModifiedTime !== undefined) throw notImplemented('LastModifiedTime');
    if (entry.Size !== undefined) throw notImplemented('Size');
    const condition = ETag === undefined ? {} : { IfMatch: ETag };
    await call.authorise(deletionOf({ Bucket: bucket.row.name, ...named, ...condition }));
    const { versionId, deleteMarker } = await deleteObject(objects, bucket, {
      key: Key,
      ...(VersionId === undefined ? {} : { versionId: VersionId }),
      ...(ETag === undefined ? {} : { ifMatch: ETag }),
    });
    if (!deleteMarker || versionId === undefined) return { deleted: named };
    return { deleted: { ...named, DeleteMarker: true, DeleteMarkerVersionId: versionId } };
  } catch (cause) {
    const error = asAwsError(cause);
    call.reportIfOurs(error);
    const { code, message } = asEntryError(error);
    return { failed: { ...named, Code: code, Message: message } };
  }
}

/** What is a bad argument of DeleteObject is a missing version here. */
function asEntryError(error: AwsError): { code: string; message: string } {
  if (error.code === 'InvalidArgument' && error.fields['ArgumentName'] === 'versionId') {
    return { code: 'NoSuchVersion', message: 'The specified version does not exist.' };
  }
  return error;
}

/** Each key needs its own permission, which the handler asks. But nobody without a name makes us read a list of which
 * not one key could be allowed. */
export const deleteObjectsAccess =
  ({ buckets }: ObjectsContext): S3Access<'DeleteObjects'> =>
  async (input, { caller }) => {
    if (caller.kind !== 'anonymous') return [];
    const { row } = await buckets.require(input.Bucket);
    const statements = applicableBucketPolicy(row, caller)?.statements ?? [];
    if (!statements.some(({ effect }) => effect === 'Allow')) throw accessDenied();
    return [];
  };
