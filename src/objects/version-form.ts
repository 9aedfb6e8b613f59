import { keyTooLong } from '../errors/s3.ts';
import type { BucketRow } from '../store/tables/bucket-row.ts';
import { stampMilliseconds } from '../store/tables/order-stamp.ts';
import type { ListingRow, VersionRow } from '../store/tables/rows.ts';
import { KEY_BYTES_MAX } from './limits.ts';

/** The version id as the wire shows it. */
export function shownVersionId(row: Pick<VersionRow, 'nullVersion' | 'versionId'>): string {
  return row.nullVersion ? 'null' : row.versionId;
}

/** What x-amz-version-id says: nothing while the bucket was never versioned. */
export function versionIdHeader(
  bucket: Pick<BucketRow, 'versioning'>,
  row: Pick<VersionRow, 'nullVersion' | 'versionId'>,
): { readonly versionId?: string } {
  return bucket.versioning === 'unversioned' ? {} : { versionId: shownVersionId(row) };
}

export function lastModifiedMs(row: Pick<VersionRow, 'stamp'>): number {
  return stampMilliseconds(row.stamp);
}

/** @throws AwsError KeyTooLongError */
export function checkKey(key: string): void {
  // A UTF-16 unit is at most three bytes.
  if (key.length * 3 <= KEY_BYTES_MAX) return;
  const bytes = Buffer.byteLength(key);
  if (bytes > KEY_BYTES_MAX) throw keyTooLong(bytes, KEY_BYTES_MAX);
}

/** What a list shows of a version that is its key's newest. */
export function listingRowOf(row: VersionRow): ListingRow {
  const { stamp, versionId } = row;
  if (row.kind === 'delete-marker') {
    return { stamp, versionId, deleteMarker: true, size: 0, etag: '', storageClass: '' };
  }
  const { size, etag, storageClass, checksum } = row;
  const listed = { stamp, versionId, deleteMarker: false, size, etag, storageClass };
  if (checksum === undefined) return listed;
  return { ...listed, checksum: { algorithm: checksum.algorithm, type: checksum.type } };
}
