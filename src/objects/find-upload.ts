import type { Bucket } from '../buckets/bucket.ts';
import { noSuchUpload } from '../errors/s3.ts';
import type { RowVersion } from '../store/kv/key-value-store.ts';
import type { OrderStamp } from '../store/tables/order-stamp.ts';
import { type UploadRow, uploads } from '../store/tables/uploads.ts';

export interface FoundUpload {
  readonly row: UploadRow;
  readonly version: RowVersion;
}

export interface PartOfUpload {
  readonly key: string;
  readonly uploadId: string;
  readonly partNumber: number;
}

const STAMP_DIGITS = 24;
const UPLOAD_ID = /^[0-9a-f]{64}$/;
/** Random bytes of an upload id: who has it may add parts, if allowed to write the key at all. */
export const UPLOAD_ID_RANDOM_BYTES = 20;

export function isUploadId(uploadId: string): boolean {
  return UPLOAD_ID.test(uploadId);
}

/** @throws AwsError NoSuchUpload, also for another key's */
export async function findUpload(bucket: Bucket, key: string, uploadId: string): Promise<FoundUpload> {
  if (!isUploadId(uploadId)) throw noSuchUpload(uploadId);
  const [stored] = await bucket.region.store.get([uploads.key(bucket.row.id, key, uploadId)]);
  if (stored === undefined) throw noSuchUpload(uploadId);
  return { row: uploads.decode(stored), version: stored.version };
}

/** Upload ids begin with the stamp of their creation, so that they list in that order. */
export function stampOfUploadId(uploadId: string): OrderStamp {
  return uploadId.slice(0, STAMP_DIGITS);
}
