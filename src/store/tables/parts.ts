import { jsonTable } from './json-table.ts';
import type { ChecksumValue, Locator } from './rows.ts';
import { TABLES } from './table-numbers.ts';

/** One uploaded part. Uploading its number again replaces the row, and the old bytes become garbage. */
export interface PartRow {
  readonly size: number;
  /** MD5 in hex, without quotes. */
  readonly etag: string;
  readonly checksum?: ChecksumValue;
  readonly modifiedAtMs: number;
  /** Absent where the part is empty. */
  readonly bytes?: Locator;
  /** Base64; where the upload names no algorithm and the part carries another, for the checksum of the whole. */
  readonly crc64Nvme?: string;
}

export const parts = jsonTable<PartRow, readonly [bucketId: string, uploadId: string, part: number]>(
  TABLES.parts,
);
