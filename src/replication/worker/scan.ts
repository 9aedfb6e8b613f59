import type { KeyValueStore } from '../../store/kv/key-value-store.ts';
import { keyAfter, keyAfterPrefix } from '../../store/kv/tuple.ts';
import type { IntentTable } from '../../store/tables/intents.ts';
import type { Lane } from './lane.ts';
import { isDue } from './retry.ts';

/** Rows fetched at once: small against the queue, so that a page always fits where a scan goes on. */
const PAGE_ROWS = 128;

export interface ShardRuns {
  runs(): { from: number; to: number }[];
}

/** One pass over the pending intents of a destination, from the first row of its held shards to the last, as the
 * queue has room. It keeps a cursor because in a log-structured engine each start from the front would step over
 * every row that was settled since. */
export class LaneScan {
  readonly startedAtMs: number;
  readonly #store: KeyValueStore;
  readonly #lane: Lane;
  readonly #ranges: { start: Buffer; end: Buffer }[];

  constructor(store: KeyValueStore, lane: Lane, leases: ShardRuns, nowMs: number) {
    this.startedAtMs = nowMs;
    this.#store = store;
    this.#lane = lane;
    this.#ranges = leases.runs().map(({ from, to }) => ({
      start: lane.table.shardRange(lane.destination, from).start,
      end: lane.table.shardRange(lane.destination, to).end,
    }));
  }

  /** True while the queue has room for a page. */
  get mayContinue(): boolean {
    return this.#lane.room >= PAGE_ROWS;
  }

  /** Claims the due rows of the next page.
   * @returns whether the pass is over
   * @throws StoreUnavailableError */
  async next(nowMs: number): Promise<boolean> {
    const range = this.#ranges[0];
    if (range === undefined) return true;
    const rows = await this.#store.range({ ...range, limit: PAGE_ROWS });
    for (const row of rows) {
      const { nextAttemptAtMs } = this.#lane.table.decode(row);
      if (isDue(nextAttemptAtMs, nowMs)) this.#lane.offerScanned(row.key);
      else this.#lane.noteDue(nextAttemptAtMs);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS) this.#ranges.shift();
    else range.start = keyAfter(last.key);
    return this.#ranges.length === 0;
  }
}

/** Names of all destinations that have anything pending in a table, by skipping from one to the next.
 * @throws StoreUnavailableError */
export async function* pendingDestinations(store: KeyValueStore, table: IntentTable): AsyncGenerator<string> {
  const { start: first, end } = table.range();
  let start = first;
  for (;;) {
    const [row] = await store.range({ start, end, limit: 1 });
    if (row === undefined) return;
    const { destination } = table.placeOf(row);
    yield destination;
    start = keyAfterPrefix(table.destinationRange(destination).start);
  }
}
