import { TABLES } from './table-numbers.ts';
import { versionedTable } from './versioned-table.ts';

/** A version that was removed by id and must never come back (DESIGN decision 9). The row's presence is all. */
export type TombstoneRow = Readonly<Record<string, never>>;

export const tombstones = versionedTable<TombstoneRow>(TABLES.tombstones);
