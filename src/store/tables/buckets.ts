import type { BucketRow } from './bucket-row.ts';
import { jsonTable } from './json-table.ts';
import { TABLES } from './table-numbers.ts';

/** Bucket records by name (region store). */
export const buckets = jsonTable<BucketRow, readonly [name: string]>(TABLES.buckets);
