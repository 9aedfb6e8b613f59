import type { Bucket } from '../buckets/bucket.ts';
import { invalidArgument } from '../errors/s3.ts';
import { decodeKey, encodeOpenKey, keyAfter, keyAfterPrefix } from '../store/kv/tuple.ts';
import { TABLES } from '../store/tables/table-numbers.ts';
import { type UploadRow, uploads } from '../store/tables/uploads.ts';
import { commonPrefixOf } from './common-prefix.ts';
import type { ObjectsContext } from './context.ts';
import { isUploadId } from './find-upload.ts';
import { RowWalk } from './row-walk.ts';

export interface ListMultipartUploadsOptions {
  readonly prefix?: string;
  readonly delimiter?: string;
  readonly keyMarker?: string;
  /** Ignored without `keyMarker`. */
  readonly uploadIdMarker?: string;
  /** At most 1,000. */
  readonly uploadsMax: number;
}

export interface UploadsPage {
  readonly uploads: readonly { readonly key: string; readonly row: UploadRow }[];
  readonly commonPrefixes: readonly string[];
  /** Present where the list is truncated; no upload id where it stopped at a common prefix. */
  readonly next?: { readonly keyMarker: string; readonly uploadIdMarker?: string };
}

/** By key, then in the order of creation.
 * @throws AwsError InvalidArgument for an upload id marker that is none */
export async function listMultipartUploads(
  _context: ObjectsContext,
  bucket: Bucket,
  options: ListMultipartUploadsOptions,
): Promise<UploadsPage> {
  const { prefix = '', delimiter, keyMarker, uploadsMax } = options;
  const { id } = bucket.row;
  const page = { uploads: [] as { key: string; row: UploadRow }[], commonPrefixes: [] as string[] };
  if (uploadsMax <= 0) return page;
  const range = uploads.prefixRange(id, prefix);
  const walk = new RowWalk(bucket.region.store, range, uploadsMax, delimiter !== undefined);
  if (keyMarker !== undefined) walk.seek(startAfter(bucket, options, keyMarker));
  let next: UploadsPage['next'];
  for (let row = await walk.next(); row !== undefined; row = await walk.next()) {
    if (page.uploads.length + page.commonPrefixes.length >= uploadsMax) {
      return next === undefined ? page : { ...page, next };
    }
    const key = String(decodeKey(row.key)[2]);
    const common = commonPrefixOf(key, prefix, delimiter);
    if (common === undefined) {
      const upload = uploads.decode(row);
      page.uploads.push({ key, row: upload });
      next = { keyMarker: key, uploadIdMarker: upload.uploadId };
    } else {
      page.commonPrefixes.push(common);
      next = { keyMarker: common };
      walk.seek(behindPrefix(id, common));
    }
  }
  return page;
}

function behindPrefix(bucketId: string, prefix: string): Buffer {
  return keyAfterPrefix(encodeOpenKey(TABLES.uploads, bucketId, prefix));
}

function startAfter(bucket: Bucket, options: ListMultipartUploadsOptions, keyMarker: string): Buffer {
  const { prefix = '', delimiter, uploadIdMarker } = options;
  const { id } = bucket.row;
  if (uploadIdMarker === undefined || uploadIdMarker === '') {
    if (commonPrefixOf(keyMarker, prefix, delimiter) === keyMarker) return behindPrefix(id, keyMarker);
    return uploads.range(id, keyMarker).end;
  }
  // One that was completed or aborted since the last page still tells where to go on.
  if (!isUploadId(uploadIdMarker)) {
    throw invalidArgument('Invalid uploadId marker', 'upload-id-marker', uploadIdMarker);
  }
  return keyAfter(uploads.key(id, keyMarker, uploadIdMarker));
}
