import { Buffer } from 'node:buffer';
import { type Admission, CommitQueue } from './commit-queue.ts';
import type { EngineWriter } from './engine.ts';
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
import { type CommitAnswer, type PreparedCommit, prepare } from './prepared-commit.ts';
import { Watchers } from './watchers.ts';

interface Waiting {
  readonly commit: PreparedCommit;
  readonly resolve: (result: CommitResult) => void;
  readonly reject: (error: Error) => void;
}

/** One batch holds what waits, up to this: a longer one only makes everybody wait for its end. */
const BATCH_COMMITS_MAX = 512;

export interface LocalStoreOptions {
  readonly admission?: Admission;
  /** Runs `task` when a batch may begin: after everything that is ready now has had its chance to join it. */
  readonly schedule?: (task: () => void) => void;
  /** Awaited between taking a batch and writing it. */
  readonly beforeWrite?: () => Promise<void>;
}

/** A store whose engine runs in the calling thread: for tests, tools and the committer's own thread. */
export class LocalStore implements KeyValueStore {
  readonly #engine: EngineWriter;
  readonly #queue: CommitQueue;
  readonly #watchers = new Watchers();
  readonly #schedule: (task: () => void) => void;
  readonly #beforeWrite: (() => Promise<void>) | undefined;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #epoch = 1;
  #closed = false;

  constructor(engine: EngineWriter, options: LocalStoreOptions = {}) {
    this.#engine = engine;
    const onConfigurationChanged = () => {
      this.#epoch += 1;
    };
    this.#queue = new CommitQueue(engine, onConfigurationChanged, options.admission);
    this.#schedule = options.schedule ?? ((task) => setImmediate(task));
    this.#beforeWrite = options.beforeWrite;
  }

  async get(keys: readonly Key[]): Promise<(Row | undefined)[]> {
    this.#assertOpen();
    return this.#engine.get(keys);
  }

  async range(range: Range): Promise<KeyedRow[]> {
    this.#assertOpen();
    return this.#engine.range(range);
  }

  async counters(keys: readonly Key[]): Promise<number[]> {
    this.#assertOpen();
    return this.#engine.counters(keys).map((total) => total ?? 0);
  }

  async counterRange(range: Range): Promise<{ key: Buffer; value: number }[]> {
    this.#assertOpen();
    return this.#engine.counterRange(range);
  }

  async commit(commit: Commit): Promise<CommitResult> {
    this.#assertOpen();
    const prepared = prepare(commit);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ commit: prepared, resolve, reject });
      this.#start();
    });
  }

  configurationEpoch(): number {
    return this.#epoch;
  }

  watch(prefix: Key, listener: (keys: Buffer[]) => void): () => void {
    return this.#watchers.add(prefix, listener);
  }

  async writable(): Promise<WritableState> {
    if (this.#closed) return { ok: false, reason: 'the store is closed' };
    await this.#running;
    return this.#queue.writable();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    while (this.#running !== undefined) await this.#running;
    await this.#engine.close();
  }

  #start(): void {
    if (this.#running !== undefined) return;
    this.#running = new Promise<void>((resolve) => this.#schedule(resolve)).then(() => this.#drain());
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH_COMMITS_MAX);
      await this.#beforeWrite?.();
      const answers = await this.#queue.run(batch.map(({ commit }) => commit));
      this.#tellWatchers(batch, answers);
      for (const [index, { resolve, reject }] of batch.entries()) settle(answers[index], resolve, reject);
    }
    this.#running = undefined;
  }

  #tellWatchers(batch: readonly Waiting[], answers: readonly CommitAnswer[]): void {
    if (this.#watchers.prefixes().length === 0) return;
    const keys = batch.flatMap(({ commit }, index) =>
      answers[index]?.outcome === 'committed'
        ? commit.writes.flatMap((write) => (write.kind === 'put' ? [Buffer.from(write.key)] : []))
        : [],
    );
    this.#watchers.tell(keys);
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreUnavailableError('the store is closed');
  }
}

/** Gives an answer to whoever waits for it. */
export function settle(
  answer: CommitAnswer | undefined,
  resolve: (result: CommitResult) => void,
  reject: (error: Error) => void,
): void {
  if (answer === undefined) reject(new StoreUnavailableError('the store gave no answer'));
  else if (answer.outcome === 'unavailable') reject(new StoreUnavailableError(answer.reason));
  else resolve(answer);
}
