import type { Commit, CommitResult, Key, KeyValueStore, Range } from '../store/kv/key-value-store.ts';

/** When a process dies: around which of its commits, counted from the moment `arm` was called. */
export class CrashPoint {
  commits = 0;
  readonly #crashAt: number;
  readonly #written: boolean;
  #crash: (() => void) | undefined;

  /** @param written whether that commit is durable, and only its answer is lost */
  constructor(crashAt: number, written: boolean) {
    this.#crashAt = crashAt;
    this.#written = written;
  }

  arm(crash: () => void): void {
    this.#crash = crash;
  }

  /** From now on nothing happens. */
  disarm(): void {
    this.#crash = undefined;
  }

  async run(commit: () => Promise<CommitResult>): Promise<CommitResult> {
    if (this.#crash === undefined) return await commit();
    this.commits += 1;
    if (this.commits !== this.#crashAt) return await commit();
    const crash = this.#crash;
    this.#crash = undefined;
    if (this.#written) await commit();
    crash();
    // Nobody is left to be answered.
    return await new Promise<never>(() => undefined);
  }
}

/** Sees every commit before and after it is made. */
export type AroundCommit = (commit: () => Promise<CommitResult>, what: Commit) => Promise<CommitResult>;

export class HookedStore implements KeyValueStore {
  readonly #store: KeyValueStore;
  readonly #around: AroundCommit;

  constructor(store: KeyValueStore, around: AroundCommit) {
    this.#store = store;
    this.#around = around;
  }

  commit(commit: Commit): Promise<CommitResult> {
    return this.#around(() => this.#store.commit(commit), commit);
  }

  get(keys: readonly Key[]): ReturnType<KeyValueStore['get']> {
    return this.#store.get(keys);
  }

  range(range: Range): ReturnType<KeyValueStore['range']> {
    return this.#store.range(range);
  }

  counters(keys: readonly Key[]): ReturnType<KeyValueStore['counters']> {
    return this.#store.counters(keys);
  }

  counterRange(range: Range): ReturnType<KeyValueStore['counterRange']> {
    return this.#store.counterRange(range);
  }

  configurationEpoch(): number {
    return this.#store.configurationEpoch();
  }

  watch(prefix: Key, listener: (keys: Buffer[]) => void): () => void {
    return this.#store.watch(prefix, listener);
  }

  writable(): ReturnType<KeyValueStore['writable']> {
    return this.#store.writable();
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
