import type { Bucket } from '../buckets/bucket.ts';
import type { ObjectsContext } from './context.ts';

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
  throw new Error(`not built ${context.site.siteId} ${bucket.row.name} ${options.key}`);
}
