import type { Bucket } from '../../../buckets/bucket.ts';
import type { WrittenObject } from '../../../objects/put-object.ts';

/** x-amz-version-id of PutObject and CompleteMultipartUpload: only while versioning is on. */
export function writtenVersionId({ version, bucket }: WrittenObject): { VersionId?: string } {
  return bucket.row.versioning === 'Enabled' ? { VersionId: version.versionId } : {};
}

/** CopyObject also says `null` on a bucket whose versioning is suspended. */
export function copiedVersionId(written: WrittenObject): { VersionId?: string } {
  return wasVersioned(written.bucket) && written.version.nullVersion
    ? { VersionId: 'null' }
    : writtenVersionId(written);
}

function wasVersioned(bucket: Bucket): boolean {
  return bucket.row.versioning !== 'unversioned';
}

export function quoted(etag: string): string {
  return `"${etag}"`;
}
