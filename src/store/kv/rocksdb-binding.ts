import type { Buffer } from 'node:buffer';
import { createRequire } from 'node:module';

/** The part of `@nxtedition/rocksdb` that is used, which has no types of its own. Its underscore methods are the
 * synchronous ones; they skip encodings and deferred opening. */
export interface RocksDatabase {
  open(options?: RocksOptions): Promise<void>;
  /** Also closes it for every other thread that opened it by handle. */
  close(): Promise<void>;
  readonly handle: bigint;
  /** The directory. */
  readonly location: string;
  /** Of the newest write. */
  readonly sequence: number;
  readonly columns: Readonly<Record<string, RocksColumn>>;
  getProperty(name: string): string;
  _getManySync(
    keys: readonly Uint8Array[],
    options: RocksReadOptions & { readonly valueEncoding: RocksEncoding },
  ): (Buffer | string | undefined | null)[];
  querySync(options: RocksQuery): { rows: (Buffer | string | undefined)[]; finished: boolean };
  batch(): RocksBatch;
}

export interface RocksBatch {
  _put(key: Uint8Array, value: Uint8Array, options: { column: RocksColumn }): void;
  _del(key: Uint8Array, options: { column: RocksColumn }): void;
  _clear(): void;
  _writeSync(options: { sync: boolean }): void;
  readonly length: number;
}

/** A native handle. It dies with the database that gave it. */
export type RocksColumn = object & { readonly __column?: never };

/** Told apart by its length alone in the binding: six letters mean buffers, anything else UTF-8. */
export type RocksEncoding = 'buffer' | 'utf8';

export interface RocksReadOptions {
  readonly column: RocksColumn;
  readonly fillCache?: boolean;
}

export interface RocksQuery extends RocksReadOptions {
  readonly gte: Uint8Array;
  readonly lt: Uint8Array;
  readonly limit: number;
  /** Of keys and values, as they are stored. */
  readonly highWaterMarkBytes: number;
  readonly reverse: boolean;
  readonly values: boolean;
  readonly keyEncoding: RocksEncoding;
  readonly valueEncoding: RocksEncoding;
}

export interface RocksColumnOptions {
  readonly compaction?: 'level' | 'universal';
  readonly memtableMemoryBudget?: number;
  readonly compression?: boolean;
  readonly cacheSize?: number;
  readonly cacheIndexAndFilterBlocks?: boolean;
  readonly optimize?: 'point-lookup';
  readonly blockSize?: number;
  /** Default: a Bloom filter of 10 bits a key. `nullptr` is RocksDB's name for none. */
  readonly filterPolicy?: 'nullptr';
}

export interface RocksOptions {
  readonly createIfMissing?: boolean;
  readonly parallelism?: number;
  readonly walCompression?: boolean;
  readonly columns?: Readonly<Record<string, RocksColumnOptions>>;
}

interface RocksModule {
  readonly RocksLevel: new (
    locationOrHandle: string | bigint,
    options: { keyEncoding: 'buffer'; valueEncoding: 'buffer' },
  ) => RocksDatabase;
}

let loaded: RocksModule | undefined;

/** @throws Error where the package is not installed or has no binary for this platform. */
export function loadRocks(): RocksModule {
  // Required, not imported: the package is optional and may be absent or unloadable.
  loaded ??= createRequire(import.meta.url)('@nxtedition/rocksdb') as RocksModule;
  return loaded;
}

/** The caller opens it before anything else runs: it opens itself otherwise, and then holds the lock of its directory.
 * @throws Error as `loadRocks` */
export function rocksDatabase(locationOrHandle: string | bigint): RocksDatabase {
  const { RocksLevel } = loadRocks();
  return new RocksLevel(locationOrHandle, { keyEncoding: 'buffer', valueEncoding: 'buffer' });
}
