import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import { endOfTurn } from '../../lib/turn-queue.ts';
import type { EngineReader } from './engine.ts';
import { BYTES_TABLE, hasTextKeys, type Part, partOf, partOfRange } from './key-space.ts';
import { type Key, type KeyedRow, type Range, type Row, StoreUnavailableError } from './key-value-store.ts';
import { bytesOf, isWhole, type TextOrBytes } from './read-as-text.ts';
import {
  type RocksColumn,
  type RocksDatabase,
  type RocksEncoding,
  rocksDatabase,
} from './rocksdb-binding.ts';
import { isPointer, placeOf } from './segments/body-pointer.ts';
import { SEGMENTS_FOLDER } from './segments/segment-names.ts';
import { SegmentReader } from './segments/segment-reader.ts';
import { decodeTotal, rowOf } from './stored-row.ts';
import { KeyedTextRow, TextRow } from './text-row.ts';
import { keyAfter } from './tuple.ts';

const BYTES_END = Buffer.of(BYTES_TABLE + 1);
const PAGE_ROWS = 256;

/** The binding's own greatest. */
const BYTES_UNBOUNDED = 2 ** 31 - 1;

/** Reads of one thread. */
export class RocksReader implements EngineReader {
  protected database: RocksDatabase;
  #columns: Readonly<Record<Part, RocksColumn>> | undefined;
  #segments: SegmentReader | undefined;

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
      if (typeof stored === 'string') {
        rows.push(new KeyedTextRow(bytesOf(key), stored));
        continue;
      }
      const whole = this.#whole(bytesOf(key), stored);
      if (whole !== undefined) rows.push({ key: bytesOf(key), ...rowOf(whole) });
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
    this.#segments ??= new SegmentReader(join(this.database.location, SEGMENTS_FOLDER));
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
    this.#segments?.close();
  }

  /** The row of a body as it is stored: itself, or a pointer to where it was moved. */
  protected storedBody(key: Key): Buffer | undefined {
    return this.#bytesOf('bytes', [key])[0];
  }

  /** Whether any row says that its body lies in this segment. Goes through all of them, page by page. */
  protected async pointsInto(segment: number): Promise<boolean> {
    let start: Key = Buffer.of(BYTES_TABLE);
    for (;;) {
      const found = this.#find({ start, end: BYTES_END, limit: PAGE_ROWS }, true, 'buffer', 'buffer').map(
        bytesOrNone,
      );
      for (let at = 1; at < found.length; at += 2) {
        const stored = found[at];
        if (stored !== undefined && isPointer(stored) && placeOf(stored).segment === segment) return true;
      }
      const last = found.at(-2);
      if (last === undefined || found.length < 2 * PAGE_ROWS) return false;
      start = keyAfter(last);
      await endOfTurn();
    }
  }

  #whole(key: Key, stored: Buffer): Buffer | undefined {
    return this.#segments === undefined || partOf(key) !== 'bytes'
      ? stored
      : this.#segments.resolve(stored, () => this.storedBody(key));
  }

  #getPart(part: Part, keys: readonly Key[]): (Row | undefined)[] {
    if (part === 'rows') {
      const column = this.column(part);
      const texts = this.database._getManySync(keys, { column, valueEncoding: 'utf8' });
      if (isWhole(texts)) return texts.map(rowRead);
    }
    const found = this.#bytesOf(part, keys);
    return keys.map((key, index) => {
      const stored = found[index];
      return rowRead(stored === undefined ? undefined : this.#whole(key, stored));
    });
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

function bytesOrNone(found: TextOrBytes | undefined): Buffer | undefined {
  return found === undefined ? undefined : bytesOf(found);
}

function rowRead(stored: TextOrBytes | undefined | null): Row | undefined {
  if (typeof stored === 'string') return new TextRow(stored);
  return stored ? rowOf(stored) : undefined;
}
