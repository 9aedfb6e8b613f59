import type { RowVersion } from '../store/kv/key-value-store.ts';
import type { BucketRow } from '../store/tables/bucket-row.ts';
import type { Region } from './region.ts';

/** A bucket as one request sees it. `version` is checked by every commit that was planned under `row`. */
export interface Bucket {
  readonly row: BucketRow;
  readonly version: RowVersion;
  readonly region: Region;
}
