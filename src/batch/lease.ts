import type { Clock } from '../lib/clock.ts';
import {
  ABSENT,
  type Check,
  type KeyValueStore,
  type Row,
  type RowVersion,
} from '../store/kv/key-value-store.ts';
import { incarnations } from '../store/tables/incarnations.ts';
import { batchLease, batchRunners } from '../store/tables/jobs.ts';

/** A runner that has not renewed for so long is taken for dead. A wrong guess costs double work, never a wrong
 * result: every commit of a runner checks the lease's row. */
export const RUNNER_LIFE_MS = 15_000;

export interface BatchLeaseOptions {
  readonly store: KeyValueStore;
  readonly clock: Clock;
  /** Unique among all runners, ever. */
  readonly runnerId: string;
  readonly incarnation: string;
}

/** Who runs the jobs of a region: one runner at a time.
 *
 * free → held → free. A runner writes a sign of life and takes the lease when its holder is gone: its sign ran out, or
 * the process that it lived in is dead. The lease's row is rewritten only when the holder changes: its version is the
 * epoch that the holder's commits check. */
export class BatchLease {
  readonly #options: BatchLeaseOptions;
  #epoch: RowVersion | undefined;

  constructor(options: BatchLeaseOptions) {
    this.#options = options;
  }

  /** Undefined while another holds it. */
  get epoch(): RowVersion | undefined {
    return this.#epoch;
  }

  /** Holds in a commit for as long as the lease does.
   * @throws Error while another holds it */
  check(): Check {
    if (this.#epoch === undefined) throw new Error("another runner holds the region's jobs");
    return batchLease.check(this.#epoch);
  }

  /** @throws StoreUnavailableError */
  async renew(): Promise<void> {
    const { store, clock, runnerId, incarnation } = this.#options;
    const nowMs = clock.now();
    const sign = batchRunners.put({ incarnation, expiresAtMs: nowMs + RUNNER_LIFE_MS }, runnerId);
    await store.commit({ checks: [], writes: [sign] });
    const lease = await this.#read();
    if (lease !== undefined && (lease.holder === runnerId || (await this.#lives(lease.holder, nowMs)))) {
      this.#epoch = lease.holder === runnerId ? lease.version : undefined;
      return;
    }
    const writes = [batchLease.put({ holder: runnerId })];
    if (lease !== undefined) writes.push(batchRunners.delete(lease.holder));
    await store.commit({ checks: [batchLease.check(lease?.version ?? ABSENT)], writes });
    // Read again rather than trusted: the outcome may be unknown.
    const taken = await this.#read();
    this.#epoch = taken?.holder === runnerId ? taken.version : undefined;
  }

  /** Lets it go at once, so that the next runner need not wait. */
  async release(): Promise<void> {
    const { store, runnerId } = this.#options;
    const epoch = this.#epoch;
    this.#epoch = undefined;
    await store.commit({ checks: [], writes: [batchRunners.delete(runnerId)] });
    if (epoch !== undefined)
      await store.commit({ checks: [batchLease.check(epoch)], writes: [batchLease.delete()] });
  }

  /** Learnt from a commit that the lease is another's. */
  lose(): void {
    this.#epoch = undefined;
  }

  async #read(): Promise<{ holder: string; version: RowVersion } | undefined> {
    const [row] = await this.#options.store.get([batchLease.key()]);
    return row && { holder: batchLease.decode(row).holder, version: row.version };
  }

  async #lives(holder: string, nowMs: number): Promise<boolean> {
    const { store } = this.#options;
    const [sign] = await store.get([batchRunners.key(holder)]);
    if (sign === undefined) return false;
    const { incarnation, expiresAtMs } = batchRunners.decode(sign);
    // A sign from further ahead than any runner writes was made before the clock was set back.
    if (expiresAtMs <= nowMs || expiresAtMs > nowMs + 2 * RUNNER_LIFE_MS) return false;
    const [life]: (Row | undefined)[] = await store.get([incarnations.key(incarnation)]);
    return life !== undefined && incarnations.decode(life).dead !== true;
  }
}
