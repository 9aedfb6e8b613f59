import type { Buffer } from 'node:buffer';
import {
  type Commit,
  type CommitResult,
  type Key,
  type KeyedRow,
  type KeyValueStore,
  type Range,
  type Row,
  StoreUnavailableError,
  type WritableState,
} from './key-value-store.ts';
import { LocalStore } from './local-store.ts';
import { MemoryEngine } from './memory-engine.ts';

/** What survives a crash: hand it to the next MemoryStore. */
export class MemoryDisk {
  readonly engine = new MemoryEngine();
}

/** Faults that a simulation injects. Each is asked anew for each call. */
export interface MemoryFaults {
  /** What happens to this commit; undefined: nothing unusual.
   * `unknown-written` and `unknown-lost` both answer `unknown`. */
  commit?(commit: Commit): 'unavailable' | 'unknown-written' | 'unknown-lost' | undefined;
  /** True makes this read fail. */
  read?(): boolean;
  /** Awaited before a batch becomes durable. A crash meanwhile loses the batch. */
  sync?(): Promise<void>;
}

/** The contract in memory. It can crash like a disk: what was not yet synced is lost, whoever waited for it gets
 * `unknown`, and every later call fails.
 *
 * States: open → crashed, or open → closed. */
export class MemoryStore implements KeyValueStore {
  readonly disk: MemoryDisk;
  readonly #faults: MemoryFaults;
  readonly #store: LocalStore;
  #crashed = false;
  /** Answers `unknown` to each commit that is under way. */
  readonly #underWay = new Set<() => void>();

  constructor(options: { disk?: MemoryDisk; faults?: MemoryFaults } = {}) {
    this.disk = options.disk ?? new MemoryDisk();
    this.#faults = options.faults ?? {};
    this.#store = new LocalStore(this.disk.engine, {
      schedule: queueMicrotask,
      beforeWrite: async () => {
        await this.#faults.sync?.();
        // A crashed process writes no more: the batch is lost and nobody is answered here.
        if (this.#crashed) await new Promise<never>(() => {});
      },
    });
  }

  /** The process dies: commits that are not yet durable are lost. */
  crash(): void {
    this.#crashed = true;
    for (const answerUnknown of this.#underWay) answerUnknown();
  }

  async get(keys: readonly Key[]): Promise<(Row | undefined)[]> {
    this.#assertReadable();
    return this.#store.get(keys);
  }

  async range(range: Range): Promise<KeyedRow[]> {
    this.#assertReadable();
    return this.#store.range(range);
  }

  async counters(keys: readonly Key[]): Promise<number[]> {
    this.#assertReadable();
    return this.#store.counters(keys);
  }

  async counterRange(range: Range): Promise<{ key: Buffer; value: number }[]> {
    this.#assertReadable();
    return this.#store.counterRange(range);
  }

  async commit(commit: Commit): Promise<CommitResult> {
    this.#assertAlive();
    const fault = this.#faults.commit?.(commit);
    if (fault === 'unavailable') throw new StoreUnavailableError('the store refuses, as it was told to');
    const unknown: CommitResult = { outcome: 'unknown', cause: new Error('the connection was lost') };
    if (fault === 'unknown-lost') return unknown;
    const result = await new Promise<CommitResult>((resolve, reject) => {
      const answerUnknown = () => resolve(unknown);
      this.#underWay.add(answerUnknown);
      const done = () => this.#underWay.delete(answerUnknown);
      this.#store.commit(commit).finally(done).then(resolve, reject);
    });
    return fault === 'unknown-written' && result.outcome === 'committed' ? unknown : result;
  }

  configurationEpoch(): number {
    return this.#store.configurationEpoch();
  }

  watch(prefix: Key, listener: (keys: Buffer[]) => void): () => void {
    return this.#store.watch(prefix, listener);
  }

  async writable(): Promise<WritableState> {
    if (this.#crashed) return { ok: false, reason: 'the store has crashed' };
    return this.#store.writable();
  }

  async close(): Promise<void> {
    if (!this.#crashed) await this.#store.close();
  }

  #assertAlive(): void {
    if (this.#crashed) throw new StoreUnavailableError('the store has crashed');
  }

  #assertReadable(): void {
    this.#assertAlive();
    if (this.#faults.read?.() === true)
      throw new StoreUnavailableError('the store refuses, as it was told to');
  }
}
