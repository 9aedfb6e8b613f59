import type { KeyedRow } from '../kv/key-value-store.ts';
import { decodeKey } from '../kv/tuple.ts';
import type { DeliveryRow } from './rows.ts';
import { TABLES } from './table-numbers.ts';
import { versionedTable } from './versioned-table.ts';

/** Where a version stands towards each destination: the last element of the key is the destination's bucket. */
export const deliveries = {
  ...versionedTable<DeliveryRow, [destination: string]>(TABLES.deliveries),
  destinationOf(row: Pick<KeyedRow, 'key'>): string {
    return String(decodeKey(row.key)[4]);
  },
};
