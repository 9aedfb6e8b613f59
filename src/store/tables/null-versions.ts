import { jsonTable } from './json-table.ts';
import type { OrderStamp } from './order-stamp.ts';
import { TABLES } from './table-numbers.ts';

/** Which version of a key `null` stands for. */
export interface NullVersionRow {
  readonly stamp: OrderStamp;
}

export const nullVersions = jsonTable<NullVersionRow, readonly [bucketId: string, objectKey: string]>(
  TABLES.nullVersions,
);
