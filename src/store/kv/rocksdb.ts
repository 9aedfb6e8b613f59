import { Buffer } from 'node:buffer';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineReader, EngineWriter } from './engine.ts';
import { EngineWriteError } from './engine.ts';
import { hasTextKeys, type Part, partOf, partOfRange } from './key-space.ts';
import { type Key, type KeyedRow, type Range, type Row, StoreUnavailableError } from './key-value-store.ts';
import { probeWritable } from './probe-writable.ts';
import { bytesOf, isWhole, type TextOrBytes } from './read-as-text.ts';
import {
  type RocksBatch,
  type RocksColumn,
  type RocksDatabase,
  type RocksEncoding,
  type RocksOptions,
  rocksDatabase,
} from './rocksdb-binding.ts';
import { type EngineMemory, rocksOptions } from './rocksdb-options.ts';
import { decodeTotal, encodeTotal, rowOf } from './stored-row.ts';
import { KeyedTextRow, TextRow } from './text-row.ts';

/** The binding's own greatest. */
const BYTES_UNBOUNDED = 2 ** 31 - 1;

/** Reads of one thread. */
export class RocksReader implements EngineReader {
  protected database: RocksDatabase;
  #columns: Readonly<Record<Part, RocksColumn>> | undefined;

  protected constructor(database: RocksDatabase) {
    this.database = database;
  }

  /** Joins a database that another thread of this process has open. */
  static async join(handle: bigint): Promise<RocksReader> {
    const reader = new RocksReader(rocksDatabase(handle));
    await reader.database.open();
    reader.attach();
    return reader;
  }

  get(keys: readonly Key[]): (Row | undefined)[] {
    if (keys.length === 0) return [];
    const first = partOf(keys[0] ?? Buffer.alloc(0));
    if (keys.every((key) => partOf(key) === first)) return this.#getPart(first, keys);
    return this.#getParts(keys);
  }

  range(range: Range): KeyedRow[] {
    const found = this.#query(range, true);
    const rows: KeyedRow[] = [];
    for (let at = 0; at + 1 < found.length; at += 2) {
      const [key, stored] = [found[at], found[at + 1]];
      if (key === undefined || stored === undefined) continue;
      if (typeof stored === 'string') rows.push(new KeyedTextRow(bytesOf(key), stored));
      else rows.push({ key: bytesOf(key), ...rowOf(stored) });
    }
    return rows;
  }

  counters(keys: readonly Key[]): (number | undefined)[] {
    if (keys.length === 0) return [];
    const found = this.#bytesOf('counters', keys);
    return found.map((bytes) => (bytes ? decodeTotal(bytes) : undefined));
  }

  counterRange(range: Range): { key: Buffer; value: number }[] {
    const found = this.#query(range, true);
    const totals: { key: Buffer; value: number }[] = [];
    for (let at = 0; at + 1 < found.length; at += 2) {
      const [key, bytes] = [found[at], found[at + 1]];
      if (key === undefined || bytes === undefined) continue;
      totals.push({ key: bytesOf(key), value: decodeTotal(bytesOf(bytes)) });
    }
    return totals;
  }

  isEmpty({ start, end }: Pick<Range, 'start' | 'end'>): boolean {
    return this.#query({ start, end, limit: 1 }, false).length === 0;
  }

  /** Takes the columns anew: those of an earlier opening are dead. */
  attach(): void {
    const { default: rows, bytes, counters } = this.database.columns;
    if (rows === undefined || bytes === undefined || counters === undefined) {
      throw new StoreUnavailableError('the database lacks a column family');
    }
    this.#columns = { rows, bytes, counters };
  }

  protected detach(): void {
    this.#columns = undefined;
  }

  protected column(part: Part): RocksColumn {
    if (this.#columns === undefined) throw new StoreUnavailableError('the database is being opened');
    return this.#columns[part];
  }

  async close(): Promise<void> {
    this.detach();
  }

  #getPart(part: Part, keys: readonly Key[]): (Row | undefined)[] {
    if (part === 'rows') {
      const column = this.column(part);
      const texts = this.database._getManySync(keys, { column, valueEncoding: 'utf8' });
      if (isWhole(texts)) return texts.map(rowRead);
    }
    return this.#bytesOf(part, keys).map(rowRead);
  }

  #bytesOf(part: Part, keys: readonly Key[]): (Buffer | undefined)[] {
    const found = this.database._getManySync(keys, { column: this.column(part), valueEncoding: 'buffer' });
    return found.map((bytes) => (bytes ? bytesOf(bytes) : undefined));
  }

  /** Two parts can't be read at one moment, so it is made sure that nothing was written between them. */
  #getParts(keys: readonly Key[]): (Row | undefined)[] {
    const rows = keys.filter((key) => partOf(key) === 'rows');
    const bytes = keys.filter((key) => partOf(key) === 'bytes');
    for (;;) {
      const before = this.#sequence();
      const foundRows = this.#getPart('rows', rows).values();
      const foundBytes = this.#getPart('bytes', bytes).values();
      if (this.#sequence() !== before) continue;
      return keys.map((key) => (partOf(key) === 'rows' ? foundRows : foundBytes).next().value);
    }
  }

  #sequence(): number {
    return this.database.sequence;
  }

  /** Keys and values in turn. */
  #query(range: Range, values: boolean): (TextOrBytes | undefined)[] {
    const part = partOfRange(range);
    if (range.limit === 0 || Buffer.compare(range.start, range.end) >= 0) return [];
    const valueEncoding = part === 'rows' ? 'utf8' : 'buffer';
    const found = this.#find(range, values, hasTextKeys(range) ? 'utf8' : 'buffer', valueEncoding);
    return isWhole(found) ? found : this.#find(range, values, 'buffer', 'buffer');
  }

  #find(range: Range, values: boolean, keyEncoding: RocksEncoding, valueEncoding: RocksEncoding) {
    const part = partOfRange(range);
    return this.database.querySync({
      column: this.column(part),
      gte: range.start,
      lt: range.end,
      limit: range.limit ?? -1,
      highWaterMarkBytes: range.bytesMax ?? BYTES_UNBOUNDED,
      reverse: range.reverse ?? false,
      values,
      fillCache: part === 'rows',
      keyEncoding,
      valueEncoding,
    }).rows;
  }
}

function rowRead(stored: TextOrBytes | undefined | null): Row | undefined {
  if (typeof stored === 'string') return new TextRow(stored);
  return stored ? rowOf(stored) : undefined;
}

/** The database as its one writer has it.
 *
 * States
 *   open     all goes
 *   failed   a write failed: RocksDB refuses every further one until it is opened anew; reads go on. `recover` →
 *   shut     closed, being opened anew: nobody reads → open, or stays shut when opening fails, until `recover`
 *            is called again */
export class RocksEngine extends RocksReader implements EngineWriter {
  readonly #directory: string;
  readonly #options: RocksOptions;
  /** Its native object is the one that every wrapper in every thread shares, so it must outlive them. */
  readonly #owner: RocksDatabase;
  #handle = 0n;
  /** One batch for good: batches hold their memory until they are collected, and a busy loop rarely is. */
  #batch: RocksBatch | undefined;
  #shut = false;
  /** Called around closing and opening anew, so that other threads keep off. */
  onReopening: { before(): Promise<void>; after(): void } = { before: async () => {}, after: () => {} };

  private constructor(directory: string, options: RocksOptions) {
    const owner = rocksDatabase(directory);
    super(owner);
    this.#owner = owner;
    this.#directory = directory;
    this.#options = options;
  }

  /** @throws Error as RocksDB gives it: locked by another process, damaged, no space. */
  static async open(directory: string, memory?: EngineMemory): Promise<RocksEngine> {
    const engine = new RocksEngine(directory, rocksOptions(memory));
    await engine.#owner.open(engine.#options);
    engine.#handle = engine.#owner.handle;
    engine.attach();
    return engine;
  }

  get handle(): bigint {
    return this.#handle;
  }

  property(name: string): string {
    return this.database.getProperty(name);
  }

  put(key: Key, stored: Buffer): void {
    this.#staged()._put(key, stored, { column: this.column(partOf(key)) });
  }

  setCounter(key: Key, total: number): void {
    this.#staged()._put(key, encodeTotal(total), { column: this.column('counters') });
  }

  delete(key: Key): void {
    this.#staged()._del(key, { column: this.column(partOf(key)) });
  }

  write(): void {
    try {
      this.#staged()._writeSync({ sync: true });
    } catch (error) {
      throw new EngineWriteError(failedAfterHandingOver(error) ? 'unknown' : 'nothing', error);
    }
    this.#staged()._clear();
  }

  discard(): void {
    this.#batch?._clear();
  }

  async recover(): Promise<string | undefined> {
    // Opening anew writes what the log holds into files first.
    const reason = await probeWritable(this.#directory, bytesToOpen(this.#directory));
    if (reason !== undefined) return reason;
    try {
      if (!this.#shut) await this.onReopening.before();
      this.#shut = true;
      this.detach();
      this.#batch = undefined;
      // Fails when the log can't be flushed, and has closed all the same. The wrapper then believes that it is
      // still open, so a new one is put around the same native object.
      await this.database.close().catch(() => {});
      this.database = rocksDatabase(this.handle);
      await this.database.open(this.#options);
      this.attach();
    } catch (error) {
      // Nobody may read now; the next attempt goes on from here.
      return deepestMessage(error);
    }
    this.#shut = false;
    this.onReopening.after();
    return undefined;
  }

  override async close(): Promise<void> {
    this.detach();
    // Everything acknowledged is in the log already, whatever closing says.
    await this.database.close().catch(() => {});
  }

  #staged(): RocksBatch {
    this.#batch ??= this.database.batch();
    return this.#batch;
  }
}

function bytesToOpen(directory: string): number {
  const logs = readdirSync(directory).filter((name) => name.endsWith('.log'));
  return logs.reduce(
    (sum, name) => sum + (statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}

/** The wrapper only says that the database is not open. */
function deepestMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : deepestMessage(error.cause);
}

/** A failed append leaves an incomplete record, which is dropped when the log is read; a failed sync may leave a
 * complete one. */
function failedAfterHandingOver(error: unknown): boolean {
  return /sync/i.test(error instanceof Error ? error.message : '');
}
