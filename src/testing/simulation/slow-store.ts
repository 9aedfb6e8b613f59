import { type Clock, sleep } from '../../lib/clock.ts';
import type {
  Commit,
  CommitResult,
  Key,
  KeyedRow,
  KeyValueStore,
  Range,
  Row,
} from '../../store/kv/key-value-store.ts';
import type { MemoryStore } from '../../store/kv/memory.ts';
import type { SeededRandom } from '../seeded-random.ts';

/** A store whose answers take a while, each another: the seed decides who comes first. */
export class SlowStore implements KeyValueStore {
  readonly #store: MemoryStore;
  readonly #clock: Clock;
  readonly #random: SeededRandom;

  constructor(store: MemoryStore, clock: Clock, random: SeededRandom) {
    this.#store = store;
    this.#clock = clock;
    this.#random = random;
  }

  async get(keys: readonly Key[]): Promise<(Row | undefined)[]> {
    await this.#delay();
    return this.#store.get(keys);
  }

  async range(range: Range): Promise<KeyedRow[]> {
    await this.#delay();
    return this.#store.range(range);
  }

  counters(keys: readonly Key[]): Promise<number[]> {
    return this.#store.counters(keys);
  }

  counterRange(range: Range): Promise<{ key: Buffer; value: number }[]> {
    return this.#store.counterRange(range);
  }

  async commit(commit: Commit): Promise<CommitResult> {
    await this.#delay();
    const result = await this.#store.commit(commit);
    await this.#delay();
    return result;
  }

  configurationEpoch(): number {
    return this.#store.configurationEpoch();
  }

  watch(prefix: Key, listener: (keys: Buffer[]) => void): () => void {
    return this.#store.watch(prefix, listener);
  }

  writable(): ReturnType<MemoryStore['writable']> {
    return this.#store.writable();
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async #delay(): Promise<void> {
    // Mostly at once, so that a run stays short; now and then long enough for anything to come between.
    if (this.#random.chance(0.3)) await sleep(this.#clock, this.#random.below(4));
    else if (this.#random.chance(0.05)) await sleep(this.#clock, this.#random.below(500));
  }
}
