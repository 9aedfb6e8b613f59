import { jsonTable } from './json-table.ts';
import { TABLES } from './table-numbers.ts';

/** Who holds a bucket name, once for all regions (global store). */
export interface BucketNameRow {
  readonly region: string;
  /** Account id. */
  readonly owner: string;
  readonly bucketId: string;
  /** A claim whose bucket row did not follow expires (buckets/limits.ts). */
  readonly claimedAtMs: number;
}

export const bucketNames = jsonTable<BucketNameRow, readonly [name: string]>(TABLES.bucketNames);
