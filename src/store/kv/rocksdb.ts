import type { Buffer } from 'node:buffer';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EngineWriteError, type EngineWriter } from './engine.ts';
import { type NamedKey, partOf } from './key-space.ts';
import { type Key, StoreUnavailableError } from './key-value-store.ts';
import { probeWritable } from './probe-writable.ts';
import { type RocksBatch, type RocksDatabase, type RocksOptions, rocksDatabase } from './rocksdb-binding.ts';
import { type EngineMemory, rocksOptions } from './rocksdb-options.ts';
import { RocksReader } from './rocksdb-reader.ts';
import { CHECKPOINT_KEY } from './segments/checkpoint.ts';
import { CommitLog } from './segments/commit-log.ts';
import { deadBytesIn, deadBytesKey } from './segments/dead-bytes.ts';
import { type SegmentLimits, segmentLimits } from './segments/segment-limits.ts';
import { SEGMENTS_FOLDER } from './segments/segment-names.ts';
import type { LivingBody } from './segments/segment-reclaim.ts';
import type { Segments } from './segments/segments.ts';
import { encodeTotal } from './stored-row.ts';

/** The database as its one writer has it. What is written is durable by the log in front of it (segments/commit-log.ts).
 *
 * States
 *   open     all goes
 *   failed   a write failed: the log or RocksDB refuses every further one until it is opened anew; reads go on. `recover` →
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
  #log: CommitLog | undefined;
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

  /** @throws Error as RocksDB gives it: locked by another process, damaged, no space.
   * @throws LogDamagedError */
  static async open(
    directory: string,
    memory?: EngineMemory,
    limits: SegmentLimits = segmentLimits(),
  ): Promise<RocksEngine> {
    const engine = new RocksEngine(directory, rocksOptions(memory));
    await engine.#owner.open(engine.#options);
    engine.#handle = engine.#owner.handle;
    engine.attach();
    try {
      engine.#log = engine.#openLog(limits);
    } catch (error) {
      // So that another attempt finds it unlocked.
      await engine.close();
      throw error;
    }
    return engine;
  }

  get handle(): bigint {
    return this.#handle;
  }

  property(name: string): string {
    return this.database.getProperty(name);
  }

  get segments(): Segments {
    return this.#openedLog.segments;
  }

  put({ key }: NamedKey, stored: Buffer): void {
    this.#put(key, stored);
  }

  setCounter({ key }: NamedKey, total: number): void {
    this.#put(key, encodeTotal(total));
  }

  delete({ key }: NamedKey): void {
    this.#openedLog.delete(key);
    this.#unstage(key);
  }

  write(): void {
    const log = this.#openedLog;
    log.write();
    try {
      this.#apply(false);
    } catch (error) {
      // The log has it: once the database is opened anew, it is there.
      throw new EngineWriteError('unknown', error);
    }
    log.applied();
  }

  discard(): void {
    this.#log?.discard();
    this.#batch?._clear();
  }

  async recover(): Promise<string | undefined> {
    // Opening anew writes what RocksDB's own log holds into files first.
    const reason = await probeWritable(this.#directory, bytesToOpen(this.#directory));
    if (reason !== undefined) return reason;
    try {
      this.#openedLog.cutBack();
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
      this.#openedLog.resume();
    } catch (error) {
      // Nobody may read now; the next attempt goes on from here.
      return deepestMessage(error);
    }
    this.#shut = false;
    this.onReopening.after();
    return undefined;
  }

  override async close(): Promise<void> {
    await this.#log?.close();
    await super.close();
    // Everything acknowledged is in the log already, whatever closing says.
    await this.database.close().catch(() => {});
  }

  get #openedLog(): CommitLog {
    if (this.#log === undefined) throw new StoreUnavailableError('the database is being opened');
    return this.#log;
  }

  #put(key: Key, stored: Buffer): void {
    this.#stage(key, this.#openedLog.put(key, stored));
  }

  #stage(key: Key, stored: Buffer): void {
    this.#staged()._put(key, stored, { column: this.column(partOf(key)) });
  }

  #unstage(key: Key): void {
    this.#staged()._del(key, { column: this.column(partOf(key)) });
  }

  #apply(sync: boolean): void {
    const batch = this.#staged();
    batch._writeSync({ sync });
    batch._clear();
  }

  #staged(): RocksBatch {
    this.#batch ??= this.database.batch();
    return this.#batch;
  }

  #openLog(limits: SegmentLimits): CommitLog {
    return new CommitLog(join(this.#directory, SEGMENTS_FOLDER), limits, {
      checkpoint: () => this.get([CHECKPOINT_KEY])[0]?.value,
      deadBytes: () => deadBytesIn(this.range(deadBytesKey.range)),
      put: (key, stored) => this.#stage(key, stored),
      delete: (key) => this.#unstage(key),
      apply: (sync) => this.#apply(sync),
      discard: () => this.discard(),
      rowOf: (key) => this.storedBody(key),
      pointsInto: (segment) => this.pointsInto(segment),
      move: (bodies) => this.#move(bodies),
    });
  }

  /** A batch of its own, between those of commits. */
  #move(bodies: readonly LivingBody[]): void {
    try {
      for (const { key, stored } of bodies) this.#put(key, stored);
      this.write();
    } catch (error) {
      this.discard();
      throw error;
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
