import { jsonTable } from './json-table.ts';
import type { GarbageRow } from './rows.ts';
import { TABLES } from './table-numbers.ts';

/** Blobs that lost their owner, under the id of the first. */
export const garbage = jsonTable<GarbageRow, readonly [firstBlob: string]>(TABLES.garbage);
