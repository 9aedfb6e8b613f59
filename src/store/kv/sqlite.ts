import { Buffer } from 'node:buffer';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { withinBytes } from './bounded-range.ts';
import { type EngineReader, EngineWriteError, type EngineWriter } from './engine.ts';
import { type NamedKey, type Part, partOf, partOfRange } from './key-space.ts';
import type { Key, KeyedRow, Range, Row } from './key-value-store.ts';
import { probeWritable } from './probe-writable.ts';
import { decodeTotal, encodeTotal, rowOf } from './stored-row.ts';

/** The engine where RocksDB has no binary: SQLite as Node brings it, one table for each part of the store. */
const FILE = 'store.sqlite';
const PARTS: readonly Part[] = ['rows', 'bytes', 'counters'];
const PAGE_BYTES = 8192;
/** 64 MiB; negative: in KiB. */
const CACHE_KIB = -65_536;
/** 160 MiB of log before it is copied into the database: fewer, longer copies write each page less often. */
const CHECKPOINT_PAGES_MAX = 20_000;
/** The log has to stay small beside a small disk. */
const LOG_DISK_SHARE = 1 / 64;

interface StoredRow {
  readonly key: Buffer;
  readonly stored: Buffer;
}

interface Statements {
  readonly get: StatementSync;
  readonly forwards: StatementSync;
  readonly backwards: StatementSync;
}

export function sqlitePath(directory: string): string {
  return join(directory, FILE);
}

/** Reads of one thread, on a connection of its own. */
export class SqliteReader implements EngineReader {
  protected readonly database: DatabaseSync;
  readonly #statements: Readonly<Record<Part, Statements>>;

  constructor(database: DatabaseSync) {
    this.database = database;
    const of = (part: Part): Statements => ({
      get: database.prepare(`SELECT v FROM ${part} WHERE k = ?`),
      forwards: database.prepare(`SELECT k, v FROM ${part} WHERE k >= ? AND k < ? ORDER BY k LIMIT ?`),
      backwards: database.prepare(`SELECT k, v FROM ${part} WHERE k >= ? AND k < ? ORDER BY k DESC LIMIT ?`),
    });
    this.#statements = { rows: of('rows'), bytes: of('bytes'), counters: of('counters') };
  }

  /** Joins a database that another thread of this process writes. */
  static async join(directory: string): Promise<SqliteReader> {
    const database = new DatabaseSync(sqlitePath(directory), { readOnly: true });
    database.exec(`PRAGMA cache_size = ${CACHE_KIB}`);
    return new SqliteReader(database);
  }

  get(keys: readonly Key[]): (Row | undefined)[] {
    return this.#getStored(keys).map((stored) => (stored === undefined ? undefined : rowOf(stored)));
  }

  range(range: Range): KeyedRow[] {
    return this.#query(range).map(({ key, stored }) => ({ key, ...rowOf(stored) }));
  }

  counters(keys: readonly Key[]): (number | undefined)[] {
    return this.#getStored(keys).map((bytes) => (bytes === undefined ? undefined : decodeTotal(bytes)));
  }

  counterRange(range: Range): { key: Buffer; value: number }[] {
    return this.#query(range).map(({ key, stored }) => ({ key, value: decodeTotal(stored) }));
  }

  isEmpty({ start, end }: Pick<Range, 'start' | 'end'>): boolean {
    return this.#query({ start, end, limit: 1 }).length === 0;
  }

  async close(): Promise<void> {
    this.database.close();
  }

  #getStored(keys: readonly Key[]): (Buffer | undefined)[] {
    // More than one statement sees one moment only inside a transaction.
    const transaction = keys.length > 1;
    if (transaction) this.database.exec('BEGIN');
    try {
      return keys.map((key) => bufferOf(this.#statements[partOf(key)].get.get(key)?.['v']));
    } finally {
      if (transaction) this.database.exec('COMMIT');
    }
  }

  #query(range: Range): StoredRow[] {
    const part = partOfRange(range);
    const { forwards, backwards } = this.#statements[part];
    const statement = range.reverse ? backwards : forwards;
    const place = [range.start, range.end, range.limit ?? -1] as const;
    // Stepping is slower: it is for those who may stop early.
    const found = range.bytesMax === undefined ? statement.all(...place) : statement.iterate(...place);
    return [
      ...withinBytes(storedRows(found), ({ key, stored }) => key.length + stored.length, range.bytesMax),
    ];
  }
}

/** The writing connection. What is staged is written in one transaction; with `synchronous = FULL` its commit is
 * on stable storage when it returns. */
export class SqliteEngine extends SqliteReader implements EngineWriter {
  readonly #directory: string;
  readonly #puts: Readonly<Record<Part, StatementSync>>;
  readonly #deletes: Readonly<Record<Part, StatementSync>>;
  #staged: { key: Key; value: Buffer | undefined }[] = [];

  private constructor(directory: string, database: DatabaseSync) {
    super(database);
    this.#directory = directory;
    const put = (part: Part) => database.prepare(`INSERT OR REPLACE INTO ${part} (k, v) VALUES (?, ?)`);
    const remove = (part: Part) => database.prepare(`DELETE FROM ${part} WHERE k = ?`);
    this.#puts = { rows: put('rows'), bytes: put('bytes'), counters: put('counters') };
    this.#deletes = { rows: remove('rows'), bytes: remove('bytes'), counters: remove('counters') };
  }

  static async open(directory: string, diskBytes = Number.POSITIVE_INFINITY): Promise<SqliteEngine> {
    await mkdir(directory, { recursive: true });
    const logPages = Math.min(CHECKPOINT_PAGES_MAX, Math.ceil((diskBytes * LOG_DISK_SHARE) / PAGE_BYTES));
    const database = new DatabaseSync(sqlitePath(directory));
    database.exec(`
      PRAGMA page_size = ${PAGE_BYTES};
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA wal_autocheckpoint = ${logPages};
      PRAGMA cache_size = ${CACHE_KIB};
      ${PARTS.map((part) => `CREATE TABLE IF NOT EXISTS ${part} (k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID;`).join('\n')}
    `);
    return new SqliteEngine(directory, database);
  }

  put({ key }: NamedKey, stored: Buffer): void {
    this.#staged.push({ key, value: stored });
  }

  setCounter({ key }: NamedKey, total: number): void {
    this.#staged.push({ key, value: encodeTotal(total) });
  }

  delete({ key }: NamedKey): void {
    this.#staged.push({ key, value: undefined });
  }

  write(): void {
    try {
      this.database.exec('BEGIN IMMEDIATE');
      for (const { key, value } of this.#staged) {
        const part = partOf(key);
        if (value === undefined) this.#deletes[part].run(key);
        else this.#puts[part].run(key, value);
      }
    } catch (error) {
      this.#rollBack();
      throw new EngineWriteError('nothing', error);
    }
    try {
      this.database.exec('COMMIT');
    } catch (error) {
      this.#rollBack();
      // A full disk is noticed before the log's commit record is complete; anything else may be after.
      throw new EngineWriteError(/full/i.test(String(error)) ? 'nothing' : 'unknown', error);
    }
    this.#staged = [];
  }

  discard(): void {
    this.#staged = [];
  }

  async recover(): Promise<string | undefined> {
    const reason = await probeWritable(this.#directory);
    if (reason !== undefined) return reason;
    // Empties the log, which may be what filled the disk.
    this.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return undefined;
  }

  #rollBack(): void {
    if (this.database.isTransaction) this.database.exec('ROLLBACK');
  }
}

function bufferOf(value: unknown): Buffer | undefined {
  if (!(value instanceof Uint8Array)) return undefined;
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

function* storedRows(found: Iterable<Readonly<Record<string, unknown>>>): Generator<StoredRow> {
  for (const { k, v } of found) {
    const [key, stored] = [bufferOf(k), bufferOf(v)];
    if (key !== undefined && stored !== undefined) yield { key, stored };
  }
}
