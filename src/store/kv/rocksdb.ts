import type { Buffer } from 'node:buffer';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../lib/clock.ts';
import { EngineWriteError, type EngineWriter } from './engine.ts';
import { keyOf, type NamedKey, named, partOf } from './key-space.ts';
import { StoreUnavailableError } from './key-value-store.ts';
import { probeWritable } from './probe-writable.ts';
import { type RocksBatch, type RocksDatabase, type RocksOptions, rocksDatabase } from './rocksdb-binding.ts';
import { type EngineMemory, rocksOptions } from './rocksdb-options.ts';
import { RocksReader } from './rocksdb-reader.ts';
import { deadBytesIn, deadBytesKey, deadBytesRow } from './segments/dead-bytes.ts';
import type { Moved } from './segments/segment-chunk.ts';
import { SEGMENTS_FOLDER } from './segments/segment-names.ts';
import { SEGMENT_LIMITS, type SegmentLimits } from './segments/segment-writer.ts';
import { Segments } from './segments/segments.ts';
import { encodeTotal } from './stored-row.ts';

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
  /** Bodies of the batch that is being staged, by the names of their keys. */
  readonly #bodies = new Map<string, Buffer>();
  #pointers: RocksBatch | undefined;
  #segments: Segments | undefined;
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
  static async open(
    directory: string,
    memory?: EngineMemory,
    limits: SegmentLimits = SEGMENT_LIMITS,
  ): Promise<RocksEngine> {
    const engine = new RocksEngine(directory, rocksOptions(memory));
    await engine.#owner.open(engine.#options);
    engine.#handle = engine.#owner.handle;
    engine.attach();
    engine.#segments = engine.#openSegments(limits);
    return engine;
  }

  get handle(): bigint {
    return this.#handle;
  }

  property(name: string): string {
    return this.database.getProperty(name);
  }

  /** What moves bodies out of the database. */
  get segments(): Segments {
    if (this.#segments === undefined) throw new StoreUnavailableError('the database is being opened');
    return this.#segments;
  }

  put({ key, name }: NamedKey, stored: Buffer): void {
    const part = partOf(key);
    this.#staged()._put(key, stored, { column: this.column(part) });
    if (part !== 'bytes') return;
    this.segments.replace(name);
    this.#bodies.set(name, stored);
  }

  setCounter({ key }: NamedKey, total: number): void {
    this.#staged()._put(key, encodeTotal(total), { column: this.column('counters') });
  }

  delete(at: NamedKey): void {
    const { key, name } = at;
    const part = partOf(key);
    if (part === 'bytes') {
      this.segments.remove(at);
      this.#bodies.delete(name);
    }
    this.#staged()._del(key, { column: this.column(part) });
  }

  write(): void {
    this.segments.keepCounts();
    try {
      this.#staged()._writeSync({ sync: true });
    } catch (error) {
      throw new EngineWriteError(failedAfterHandingOver(error) ? 'unknown' : 'nothing', error);
    }
    this.#staged()._clear();
    this.segments.committed(this.#bodies);
    this.#bodies.clear();
  }

  discard(): void {
    this.#batch?._clear();
    this.#bodies.clear();
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
      this.#pointers = undefined;
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
    await this.#segments?.close();
    await super.close();
    // Everything acknowledged is in the log already, whatever closing says.
    await this.database.close().catch(() => {});
  }

  #staged(): RocksBatch {
    this.#batch ??= this.database.batch();
    return this.#batch;
  }

  #openSegments(limits: SegmentLimits): Segments {
    return new Segments(join(this.#directory, SEGMENTS_FOLDER), limits, systemClock, {
      rowOf: (key) => this.storedBody(key),
      pointsInto: (segment) => this.pointsInto(segment),
      putPointers: (moved) => this.#putPointers(moved, false),
      deadBytes: () => deadBytesIn(this.range(deadBytesKey.range)),
      keepDeadBytes: (segment, bytes) => {
        const at = named(deadBytesKey.of(segment));
        if (bytes === undefined) this.delete(at);
        else this.put(at, deadBytesRow(bytes));
      },
      sync: () => this.#putPointers([], true),
    });
  }

  /** A batch of its own, which waits for nobody and fails nobody. */
  #putPointers(moved: readonly Moved[], sync: boolean): void {
    // Throws while the database is shut, before a batch could be made of it.
    const column = this.column('bytes');
    this.#pointers ??= this.database.batch();
    const batch = this.#pointers;
    for (const { name, pointer } of moved) batch._put(keyOf(name), pointer, { column });
    try {
      batch._writeSync({ sync });
    } finally {
      batch._clear();
    }
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
