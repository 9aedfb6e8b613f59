import { jsonTable } from './json-table.ts';
import { TABLES } from './table-numbers.ts';

/** Who may work on one shard of a destination's intents. A settlement checks `epoch` by the row's version. */
export interface LeaseRow {
  /** Grows by one with each new holder. */
  readonly epoch: number;
  readonly holder: string;
  readonly expiresAtMs: number;
}

export const leases = jsonTable<LeaseRow, readonly [destination: string, shard: number]>(TABLES.leases);
