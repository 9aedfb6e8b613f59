import { jsonTable } from './json-table.ts';
import { TABLES } from './table-numbers.ts';

/** Who may work on one of the 256 shards of this region's intents. Rewritten only when the holder changes, so that
 * its row version is the lease's epoch: a settlement checks it, a heartbeat leaves it alone. */
export interface LeaseRow {
  readonly holder: string;
}

export const leases = jsonTable<LeaseRow, readonly [shard: number]>(TABLES.leases);

/** A worker's sign of life, renewed while it runs. */
export interface WorkerRow {
  /** The life of the process it runs in; when that is declared dead, so is the worker. */
  readonly incarnation: string;
  readonly expiresAtMs: number;
}

export const workers = jsonTable<WorkerRow, readonly [workerId: string]>(TABLES.workers);
