import type { Clock } from '../../lib/clock.ts';
import type { Check, KeyValueStore, RowVersion, Write } from '../../store/kv/key-value-store.ts';
import { ABSENT } from '../../store/kv/key-value-store.ts';
import { decodeKey } from '../../store/kv/tuple.ts';
import { incarnations } from '../../store/tables/incarnations.ts';
import { INTENT_SHARDS } from '../../store/tables/intents.ts';
import { leases, workers } from '../../store/tables/leases.ts';

/** A worker that has not renewed for so long is taken for dead. Wrong guesses cost double work, never a wrong
 * result: every settlement checks the lease's row. */
export const WORKER_LIFE_MS = 15_000;

/** Which shards of a region's intents this worker may settle.
 *
 * Every worker writes a sign of life, reads everybody's, and takes its equal, contiguous part of the shards: those
 * that nobody living holds. What is another's part it lets go. `held` maps a shard to the version of its lease row,
 * which is the lease's epoch. */
export class ShardLeases {
  #held: ReadonlyMap<number, RowVersion> = new Map();
  readonly #store: KeyValueStore;
  readonly #clock: Clock;
  readonly #workerId: string;
  readonly #incarnation: string;

  constructor(options: { store: KeyValueStore; clock: Clock; workerId: string; incarnation: string }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#workerId = options.workerId;
    this.#incarnation = options.incarnation;
  }

  epoch(shard: number): RowVersion | undefined {
    return this.#held.get(shard);
  }

  get count(): number {
    return this.#held.size;
  }

  /** Contiguous runs of held shards, first and last inclusive. */
  runs(): { from: number; to: number }[] {
    const runs: { from: number; to: number }[] = [];
    for (const shard of [...this.#held.keys()].toSorted((a, b) => a - b)) {
      const last = runs.at(-1);
      if (last?.to === shard - 1) last.to = shard;
      else runs.push({ from: shard, to: shard });
    }
    return runs;
  }

  /** @returns whether a shard was gained.
   * @throws StoreUnavailableError */
  async renew(): Promise<boolean> {
    const nowMs = this.#clock.now();
    const sign = workers.put(
      { incarnation: this.#incarnation, expiresAtMs: nowMs + WORKER_LIFE_MS },
      this.#workerId,
    );
    await this.#store.commit({ checks: [], writes: [sign] });
    const living = await this.#livingWorkers(nowMs);
    const rows = await this.#leaseRows();
    const mine = partOf(living, this.#workerId);
    const checks: Check[] = [];
    const writes: Write[] = [];
    for (let shard = 0; shard < INTENT_SHARDS; shard += 1) {
      const row = rows.get(shard);
      if (mine.has(shard)) {
        if (row !== undefined && living.has(row.holder)) continue;
        checks.push(leases.check(row?.version ?? ABSENT, shard));
        writes.push(leases.put({ holder: this.#workerId }, shard));
      } else if (row?.holder === this.#workerId) {
        checks.push(leases.check(row.version, shard));
        writes.push(leases.delete(shard));
      }
    }
    // On a conflict or an unknown end the next renewal sees what came of it.
    if (writes.length > 0) await this.#store.commit({ checks, writes });
    return this.#adopt(writes.length > 0 ? await this.#leaseRows() : rows);
  }

  /** Lets everything go at once, so that others need not wait. */
  async release(): Promise<void> {
    const writes: Write[] = [workers.delete(this.#workerId)];
    const checks: Check[] = [];
    for (const [shard, version] of this.#held) {
      checks.push(leases.check(version, shard));
      writes.push(leases.delete(shard));
    }
    this.#held = new Map();
    await this.#store.commit({ checks, writes });
  }

  #adopt(rows: ReadonlyMap<number, { holder: string; version: RowVersion }>): boolean {
    const before = this.#held;
    const held = new Map<number, RowVersion>();
    for (const [shard, row] of rows) if (row.holder === this.#workerId) held.set(shard, row.version);
    this.#held = held;
    return [...held.keys()].some((shard) => !before.has(shard));
  }

  async #leaseRows(): Promise<Map<number, { holder: string; version: RowVersion }>> {
    const rows = new Map<number, { holder: string; version: RowVersion }>();
    for (const row of await this.#store.range(leases.range())) {
      rows.set(Number(decodeKey(row.key)[1]), { holder: leases.decode(row).holder, version: row.version });
    }
    return rows;
  }

  async #livingWorkers(nowMs: number): Promise<ReadonlySet<string>> {
    const [workerRows, incarnationRows] = await Promise.all([
      this.#store.range(workers.range()),
      this.#store.range(incarnations.range()),
    ]);
    const alive = new Set(
      incarnationRows
        .filter((row) => incarnations.decode(row).dead !== true)
        .map((row) => String(decodeKey(row.key)[1])),
    );
    const living = new Set([this.#workerId]);
    for (const row of workerRows) {
      const { incarnation, expiresAtMs } = workers.decode(row);
      // A sign from further ahead than any worker writes was made before the clock was set back.
      const fresh = expiresAtMs > nowMs && expiresAtMs <= nowMs + 2 * WORKER_LIFE_MS;
      if (fresh && alive.has(incarnation)) living.add(String(decodeKey(row.key)[1]));
    }
    return living;
  }
}

function partOf(living: ReadonlySet<string>, workerId: string): ReadonlySet<number> {
  const sorted = [...living].toSorted();
  const index = sorted.indexOf(workerId);
  const from = Math.floor((index * INTENT_SHARDS) / sorted.length);
  const to = Math.floor(((index + 1) * INTENT_SHARDS) / sorted.length);
  return new Set(Array.from({ length: to - from }, (_, offset) => from + offset));
}
