import type { Bucket } from '../buckets/bucket.ts';
import { invalidVersionId } from '../errors/s3.ts';
import { stampOfVersionId } from '../store/tables/version-id.ts';
import type { ObjectsContext } from './context.ts';
import { insertDeleteMarker } from './insert-delete-marker.ts';
import { removeUnversioned } from './remove-unversioned.ts';
import { removeVersion } from './remove-version.ts';

export interface DeleteObjectOptions {
  readonly key: string;
  /** As on the wire: `null` or 32 characters. Absent: a marker, or the object itself where never versioned. */
  readonly versionId?: string;
  /** An ETag or `*`. */
  readonly ifMatch?: string;
}

export interface DeletedObject {
  /** x-amz-version-id: the marker made, or the version named. Absent where never versioned. */
  readonly versionId?: string;
  /** x-amz-delete-marker: a marker was made, or the version named was one. */
  readonly deleteMarker: boolean;
}

/** @throws AwsError InvalidArgument for a version id that nobody issued, PreconditionFailed, NoSuchKey (If-Match) */
export async function deleteObject(
  context: ObjectsContext,
  bucket: Bucket,
  options: DeleteObjectOptions,
): Promise<DeletedObject> {
  const { versionId } = options;
  if (versionId !== undefined) {
    if (versionId !== 'null' && stampOfVersionId(versionId) === undefined) throw invalidVersionId(versionId);
    return removeVersion(context, bucket, { ...options, versionId });
  }
  // Whether it is a marker or a removal is decided by the record that the commit is made under.
  if (bucket.row.versioning !== 'unversioned') return insertDeleteMarker(context, bucket, options);
  const removed = await removeUnversioned(context, bucket, options);
  return removed ?? insertDeleteMarker(context, bucket, options);
}
