import type { Buffer } from 'node:buffer';
import type { Check, RowValue, RowVersion, Write } from '../kv/key-value-store.ts';
import type { KeyElement } from '../kv/tuple.ts';
import { invertedStampElement } from './inverted-stamp.ts';
import { jsonTable } from './json-table.ts';
import type { OrderStamp } from './order-stamp.ts';

/** A table of JSON rows that belong to one version: keyed like it, with `More` after the stamp. */
export function versionedTable<RowType, More extends readonly KeyElement[] = []>(table: number) {
  const rows = jsonTable<RowType, readonly KeyElement[]>(table);
  const parts = (bucketId: string, objectKey: string, stamp: OrderStamp, more: More) =>
    [bucketId, objectKey, invertedStampElement(stamp), ...more] as const;
  return {
    key: (bucketId: string, objectKey: string, stamp: OrderStamp, ...more: More): Buffer =>
      rows.key(...parts(bucketId, objectKey, stamp, more)),
    /** Every row of one version. */
    versionRange: (bucketId: string, objectKey: string, stamp: OrderStamp) =>
      rows.range(bucketId, objectKey, invertedStampElement(stamp)),
    /** Every row of one key, newest version first. */
    range: (bucketId: string, objectKey: string) => rows.range(bucketId, objectKey),
    bucketRange: (bucketId: string) => rows.range(bucketId),
    put: (row: RowType, bucketId: string, objectKey: string, stamp: OrderStamp, ...more: More): Write =>
      rows.put(row, ...parts(bucketId, objectKey, stamp, more)),
    delete: (bucketId: string, objectKey: string, stamp: OrderStamp, ...more: More): Write =>
      rows.delete(...parts(bucketId, objectKey, stamp, more)),
    check: (
      version: RowVersion,
      bucketId: string,
      objectKey: string,
      stamp: OrderStamp,
      ...more: More
    ): Check => rows.check(version, ...parts(bucketId, objectKey, stamp, more)),
    decode: (row: RowValue): RowType => rows.decode(row),
  };
}
