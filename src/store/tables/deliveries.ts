import type { Buffer } from 'node:buffer';
import type { KeyedRow } from '../kv/key-value-store.ts';
import { decodeKey, STRING_TAG } from '../kv/tuple.ts';
import type { DeliveryRow } from './rows.ts';
import { TABLES } from './table-numbers.ts';
import { versionedTable } from './versioned-table.ts';

/** Where a version stands towards each destination: the last element of the key is the destination's bucket. */
export const deliveries = {
  ...versionedTable<DeliveryRow, [destination: string]>(TABLES.deliveries),
  destinationOf(row: Pick<KeyedRow, 'key'>): string {
    return String(decodeKey(row.key)[4]);
  },
  /** The row's key without the destination: what `key` would begin with for this version. */
  versionOf({ key }: Pick<KeyedRow, 'key'>): Buffer {
    // A bucket's name holds no such byte, so that the last one is the tag before it.
    return key.subarray(0, key.lastIndexOf(STRING_TAG));
  },
};
