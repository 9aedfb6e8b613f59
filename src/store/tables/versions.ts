import type { Buffer } from 'node:buffer';
import { type KeyedRow, type RowValue, textOf, type Write } from '../kv/key-value-store.ts';
import { decodeKey, encodeKey, prefixRange } from '../kv/tuple.ts';
import { invertedStampElement } from './inverted-stamp.ts';
import type { OrderStamp } from './order-stamp.ts';
import type { VersionHead, VersionRow } from './rows.ts';
import { TABLES } from './table-numbers.ts';
import { decodeVersionRow, encodeVersionRow } from './version-codec.ts';

/** Versions of a key, newest first. */
export const versions = {
  key(bucketId: string, objectKey: string, stamp: OrderStamp): Buffer {
    return encodeKey(TABLES.versions, bucketId, objectKey, invertedStampElement(stamp));
  },
  /** Every version of one key, newest first. */
  range(bucketId: string, objectKey: string): { start: Buffer; end: Buffer } {
    return prefixRange(encodeKey(TABLES.versions, bucketId, objectKey));
  },
  /** Every version of every key of the bucket: keys in byte order, each newest first. */
  bucketRange(bucketId: string): { start: Buffer; end: Buffer } {
    return prefixRange(encodeKey(TABLES.versions, bucketId));
  },
  put(bucketId: string, objectKey: string, row: VersionRow): Write {
    return {
      kind: 'put',
      key: versions.key(bucketId, objectKey, row.stamp),
      value: encodeVersionRow(row),
    };
  },
  delete(bucketId: string, objectKey: string, stamp: OrderStamp): Write {
    return { kind: 'delete', key: versions.key(bucketId, objectKey, stamp) };
  },
  decode(row: RowValue): VersionRow {
    return decodeVersionRow(textOf(row));
  },
  /** For those who hold many. */
  decodeHead(row: RowValue): VersionHead {
    const version = versions.decode(row);
    if (version.kind === 'delete-marker') return version;
    const { bytes: _bytes, parts: _parts, ...head } = version;
    return head;
  },
  objectKeyOf(row: Pick<KeyedRow, 'key'>): string {
    return String(decodeKey(row.key)[2]);
  },
};
