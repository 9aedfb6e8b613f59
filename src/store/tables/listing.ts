import type { Buffer } from 'node:buffer';
import {
  type Check,
  type KeyedRow,
  type RowValue,
  type RowVersion,
  textOf,
  type Write,
} from '../kv/key-value-store.ts';
import { decodeKey, encodeKey, encodeOpenKey, keyAfter, keyAfterPrefix, prefixRange } from '../kv/tuple.ts';
import { decodeListingRow, decodeListingStamp, encodeListingRow } from './listing-codec.ts';
import type { OrderStamp } from './order-stamp.ts';
import type { ListingRow } from './rows.ts';
import { TABLES } from './table-numbers.ts';

/** The newest version of every key, in the byte order of keys: what a list reads. */
export const listing = {
  key(bucketId: string, objectKey: string): Buffer {
    return encodeKey(TABLES.listing, bucketId, objectKey);
  },
  /** Every key of the bucket that begins with `prefix`. */
  range(bucketId: string, prefix = ''): { start: Buffer; end: Buffer } {
    return prefixRange(encodeOpenKey(TABLES.listing, bucketId, prefix));
  },
  /** The first possible key after `objectKey`: where a list that ended there goes on. */
  after(bucketId: string, objectKey: string): Buffer {
    return keyAfter(listing.key(bucketId, objectKey));
  },
  /** The first possible key after all that begin with `prefix`: where a list goes on behind a common prefix. */
  afterPrefix(bucketId: string, prefix: string): Buffer {
    return keyAfterPrefix(encodeOpenKey(TABLES.listing, bucketId, prefix));
  },
  put(bucketId: string, objectKey: string, row: ListingRow): Write {
    return { kind: 'put', key: listing.key(bucketId, objectKey), value: encodeListingRow(row) };
  },
  delete(bucketId: string, objectKey: string): Write {
    return { kind: 'delete', key: listing.key(bucketId, objectKey) };
  },
  check(version: RowVersion, bucketId: string, objectKey: string): Check {
    return { kind: 'version', key: listing.key(bucketId, objectKey), version };
  },
  /** Where the newest version lies, and nothing else of the row. */
  stampOf(row: RowValue): OrderStamp {
    return decodeListingStamp(textOf(row));
  },
  decode(row: RowValue): ListingRow {
    return decodeListingRow(textOf(row));
  },
  objectKeyOf(row: Pick<KeyedRow, 'key'>): string {
    // A list does this a thousand times: the bucket id holds no NUL, and few keys do.
    const start = row.key.indexOf(0, 1) + 2;
    const end = row.key.length - 1;
    if (row.key.indexOf(0, start) !== end) return String(decodeKey(row.key)[2]);
    return row.key.toString('utf8', start, end);
  },
};
