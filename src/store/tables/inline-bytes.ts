import type { Buffer } from 'node:buffer';
import type { Row, Write } from '../kv/key-value-store.ts';
import { encodeKey, prefixRange } from '../kv/tuple.ts';
import { stampElement } from './inverted-stamp.ts';
import type { OrderStamp } from './order-stamp.ts';
import { TABLES } from './table-numbers.ts';

/** Sealed bytes of small objects, as they are: no codec. `part` counts from 0 and is the index in the version
 * row's `bytes`. The stamp comes first, so that new bytes come behind old ones: a log-structured engine then moves
 * whole files down instead of merging bodies again and again. */
export const inlineBytes = {
  key(bucketId: string, objectKey: string, stamp: OrderStamp, part: number): Buffer {
    return encodeKey(TABLES.inlineBytes, stampElement(stamp), bucketId, objectKey, part);
  },
  versionRange(bucketId: string, objectKey: string, stamp: OrderStamp): { start: Buffer; end: Buffer } {
    return prefixRange(encodeKey(TABLES.inlineBytes, stampElement(stamp), bucketId, objectKey));
  },
  put(bucketId: string, objectKey: string, stamp: OrderStamp, part: number, sealed: Uint8Array): Write {
    return { kind: 'put', key: inlineBytes.key(bucketId, objectKey, stamp, part), value: sealed };
  },
  delete(bucketId: string, objectKey: string, stamp: OrderStamp, part: number): Write {
    return { kind: 'delete', key: inlineBytes.key(bucketId, objectKey, stamp, part) };
  },
  decode(row: Pick<Row, 'value'>): Buffer {
    return row.value;
  },
};
