import { Buffer } from 'node:buffer';
import { SlotTable } from '../../../lib/slot-table.ts';
import { endOfTurn } from '../../../lib/turn-queue.ts';
import type { EngineReader } from '../engine.ts';
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
} from '../key-value-store.ts';
import { settle } from '../local-store.ts';
import { assertCommit } from '../prepared-commit.ts';
import { RocksReader } from '../rocksdb-reader.ts';
import { SqliteReader } from '../sqlite.ts';
import { Watchers } from '../watchers.ts';
import { ANSWER_NUMBERS, CommitEncoder, decodeAnswer } from './commit-codec.ts';
import { SharedCell, type StoreAnswer, type StoreConnection, type StoreRequest } from './protocol.ts';
import { ReadsOfTurn } from './reads-of-turn.ts';

/** A store whose files belong to a committer thread of this process. */
export function connectStore(connection: StoreConnection): KeyValueStore {
  return new ThreadedStore(connection);
}

interface Pending {
  readonly resolve: (result: CommitResult) => void;
  readonly reject: (error: Error) => void;
}

/** Opening anew takes tenths of a second; when it takes longer, it is the disk, and a client is told to retry. */
const REOPENING_MS_MAX = 2000;

/** Reads in the calling thread, commits through the committer thread: all reads by key of one event-loop turn are made as
 * one, all commits of one turn travel in one message.
 *
 * Invariant: a read is counted in the shared memory from before it looks whether the database is open until it is
 * over, so that the owner never closes it under a read. */
class ThreadedStore implements KeyValueStore {
  readonly #connection: StoreConnection;
  readonly #cells: Int32Array;
  readonly #reading: Int32Array;
  readonly #watchers = new Watchers();
  readonly #encoder = new CommitEncoder();
  readonly #gets = new ReadsOfTurn((keys) => this.#read((reader) => reader.get(keys)));
  readonly #pending = new SlotTable<Pending>();
  readonly #asked = new SlotTable<(state: WritableState) => void>();
  #reader: EngineReader | undefined;
  /** The generation that `#reader` belongs to. */
  #generation = -1;
  #joining: Promise<void> | undefined;
  #closed = false;

  constructor(connection: StoreConnection) {
    this.#connection = connection;
    this.#cells = new Int32Array(connection.shared);
    this.#reading = new Int32Array(connection.reading);
    connection.port.on('message', (answer: StoreAnswer) => this.#receive(answer));
    connection.port.on('close', () => this.#lose());
    connection.port.unref();
  }

  get(keys: readonly Key[]): Promise<(Row | undefined)[]> {
    return this.#gets.get(keys);
  }

  /** Each in its own task: a page with all that is made of it would drive others out of the caches. */
  async range(range: Range): Promise<KeyedRow[]> {
    await endOfTurn();
    return this.#read((reader) => reader.range(range));
  }

  async counters(keys: readonly Key[]): Promise<number[]> {
    return this.#read((reader) => reader.counters(keys).map((total) => total ?? 0));
  }

  counterRange(range: Range): Promise<{ key: Buffer; value: number }[]> {
    return this.#read((reader) => reader.counterRange(range));
  }

  async commit(commit: Commit): Promise<CommitResult> {
    this.#assertOpen();
    assertCommit(commit);
    if (this.#pending.size === 0) this.#connection.port.ref();
    return new Promise((resolve, reject) => {
      const first = this.#encoder.empty;
      this.#encoder.add(this.#pending.add({ resolve, reject }), commit);
      // After all that is ready in this turn, so that it travels along.
      if (first) setImmediate(() => this.#send());
    });
  }

  configurationEpoch(): number {
    return Atomics.load(this.#cells, SharedCell.epoch);
  }

  watch(prefix: Key, listener: (keys: Buffer[]) => void): () => void {
    const stop = this.#watchers.add(prefix, listener);
    this.#post({ kind: 'watch', prefixes: this.#watchers.prefixes() });
    return () => {
      stop();
      if (!this.#closed) this.#post({ kind: 'watch', prefixes: this.#watchers.prefixes() });
    };
  }

  async writable(): Promise<WritableState> {
    if (this.#closed) return { ok: false, reason: 'the store is closed' };
    this.#connection.port.ref();
    return new Promise((resolve) => this.#post({ kind: 'writable', id: this.#asked.add(resolve) }));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#gets.flush();
    this.#closed = true;
    while (this.#pending.size > 0) await endOfTurn();
    await this.#joining;
    await this.#reader?.close();
    this.#connection.port.close();
  }

  async #read<Result>(read: (reader: EngineReader) => Result): Promise<Result> {
    for (;;) {
      this.#assertOpen();
      Atomics.add(this.#reading, 0, 1);
      const generation = Atomics.load(this.#cells, SharedCell.generation);
      try {
        if (generation < 0) throw new StoreUnavailableError('the store is closed');
        if (generation % 2 === 0) {
          if (generation === this.#generation && this.#reader !== undefined) return read(this.#reader);
          await this.#join(generation);
          continue;
        }
      } finally {
        Atomics.sub(this.#reading, 0, 1);
      }
      const waiting = Atomics.waitAsync(this.#cells, SharedCell.generation, generation, REOPENING_MS_MAX);
      if ((await waiting.value) === 'timed-out')
        throw new StoreUnavailableError('the store is being opened anew');
    }
  }

  /** Opens the database for this thread; again after its owner opened it anew. */
  #join(generation: number): Promise<void> {
    this.#joining ??= (async () => {
      try {
        const { engine, handle, directory } = this.#connection;
        if (engine === 'rocksdb' && handle !== undefined) {
          const joined = await RocksReader.join(handle);
          await this.#reader?.close();
          this.#reader = joined;
        } else this.#reader ??= await SqliteReader.join(directory);
        this.#generation = generation;
      } finally {
        this.#joining = undefined;
      }
    })();
    return this.#joining;
  }

  #send(): void {
    const bytes = this.#encoder.take();
    this.#connection.port.postMessage({ kind: 'commits', bytes } satisfies StoreRequest, [bytes.buffer]);
  }

  #post(request: StoreRequest): void {
    this.#connection.port.postMessage(request);
  }

  #receive(answer: StoreAnswer): void {
    if (answer.kind === 'changed') {
      this.#watchers.tell(answer.keys.map((key) => Buffer.from(key.buffer, key.byteOffset, key.byteLength)));
      return;
    }
    if (answer.kind === 'writable') {
      this.#asked.delete(answer.id)?.(answer.state);
    } else {
      this.#settle(answer.results, answer.reasons);
    }
    if (this.#pending.size === 0 && this.#asked.size === 0) this.#connection.port.unref();
  }

  #settle(results: Float64Array, reasons: ReadonlyMap<number, string> | undefined): void {
    for (let at = 0; at + ANSWER_NUMBERS <= results.length; at += ANSWER_NUMBERS) {
      const id = results[at] ?? 0;
      const pending = this.#pending.delete(id);
      if (pending === undefined) continue;
      const answer = decodeAnswer(results[at + 1] ?? 0, results[at + 2] ?? 0, reasons?.get(id));
      settle(answer, pending.resolve, pending.reject);
    }
  }

  /** The committer thread is gone: what it did not answer may or may not have happened. */
  #lose(): void {
    this.#closed = true;
    const cause = new Error('the committer thread closed the connection');
    for (const { resolve } of this.#pending.take()) resolve({ outcome: 'unknown', cause });
    for (const answer of this.#asked.take()) answer({ ok: false, reason: cause.message });
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreUnavailableError('the store is closed');
  }
}
