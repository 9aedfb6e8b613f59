import type { Buffer } from 'node:buffer';
import { encodeOpenKey, prefixRange } from '../kv/tuple.ts';
import { jsonTable } from './json-table.ts';
import type { ChecksumAlgorithm, SystemMetadata } from './rows.ts';
import { TABLES } from './table-numbers.ts';

/** A multipart upload that is neither completed nor aborted: what CreateMultipartUpload was given. */
export interface UploadRow {
  readonly uploadId: string;
  readonly initiatedAtMs: number;
  /** Account id of the bucket's owner. */
  readonly owner: string;
  /** ARN and name of who began it. */
  readonly initiator: { readonly id: string; readonly displayName: string };
  readonly storageClass: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly system: SystemMetadata;
  readonly tags?: readonly (readonly [string, string])[];
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly type: 'FULL_OBJECT' | 'COMPOSITE' };
  readonly encryption: 'AES256';
  /** Condition keys that policies were given of its headers: parts have none of their own. */
  readonly conditions?: Readonly<Record<string, string | readonly string[]>>;
}

/** In the order ListMultipartUploads wants: by key, then by upload id, which begins with its time. */
export const uploads = {
  ...jsonTable<UploadRow, readonly [bucketId: string, objectKey: string, uploadId: string]>(TABLES.uploads),
  /** Uploads of every key of the bucket that begins with `prefix`. */
  prefixRange(bucketId: string, prefix: string): { start: Buffer; end: Buffer } {
    return prefixRange(encodeOpenKey(TABLES.uploads, bucketId, prefix));
  },
};
