import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectoryDurably } from '../durable-file.ts';
import { DirectoryInUseError, lockDirectory } from './directory-lock.ts';
import { type DiskSpace, watchDiskSpace } from './disk-space.ts';
import type { EngineWriter } from './engine.ts';
import type { KeyValueStore } from './key-value-store.ts';
import { LocalStore } from './local-store.ts';
import { RocksEngine } from './rocksdb.ts';
import { loadRocks } from './rocksdb-binding.ts';
import { type EngineMemory, engineMemory } from './rocksdb-options.ts';
import { segmentLimits } from './segments/segment-limits.ts';
import { SqliteEngine, sqlitePath } from './sqlite.ts';

/** Every RocksDB directory has it. */
const ROCKS_FILE = 'CURRENT';

export type EngineName = 'rocksdb' | 'sqlite';

export interface StoreOptions {
  readonly directory: string;
  /** Default: what the directory was made with; for a new one RocksDB, or SQLite where RocksDB can't be loaded. */
  readonly engine?: EngineName;
  readonly memory?: EngineMemory;
}

export interface OpenedEngine {
  readonly name: EngineName;
  readonly engine: EngineWriter & { readonly handle?: bigint };
  readonly diskSpace: DiskSpace;
}

/** A store whose engine runs in this thread.
 * @throws DirectoryInUseError when another process has it open. */
export async function openStore(options: StoreOptions): Promise<KeyValueStore> {
  const { engine, diskSpace } = await openEngine(options);
  return new LocalStore(engine, { admission: diskSpace });
}

/** @throws DirectoryInUseError */
export async function openEngine(options: StoreOptions): Promise<OpenedEngine> {
  makeDirectoryDurably(options.directory);
  const name = options.engine ?? chooseEngine(options.directory);
  const diskSpace = watchDiskSpace(options.directory);
  diskSpace.makeRoom();
  const engine =
    name === 'rocksdb'
      ? await openRocks(options, diskSpace.totalBytes)
      : await openSqlite(options.directory, diskSpace.totalBytes);
  // Without room for it the ballast waits until there is.
  await diskSpace.prepare().catch(() => {});
  return { name, engine, diskSpace };
}

export function chooseEngine(directory: string): EngineName {
  if (existsSync(sqlitePath(directory))) return 'sqlite';
  // Where RocksDB can't be loaded now, opening fails and says so: an empty store beside this one would look like a loss.
  if (existsSync(join(directory, ROCKS_FILE))) return 'rocksdb';
  try {
    loadRocks();
    return 'rocksdb';
  } catch {
    return 'sqlite';
  }
}

async function openRocks({ directory, memory }: StoreOptions, diskBytes: number): Promise<RocksEngine> {
  try {
    return await RocksEngine.open(directory, memory ?? engineMemory(diskBytes), segmentLimits(diskBytes));
  } catch (error) {
    if (mentionsLock(error)) throw new DirectoryInUseError(directory);
    throw error;
  }
}

async function openSqlite(directory: string, diskBytes: number): Promise<EngineWriter> {
  const lock = await lockDirectory(directory);
  try {
    const engine = await SqliteEngine.open(directory, diskBytes);
    const close = engine.close.bind(engine);
    engine.close = async () => {
      await close();
      lock.release();
    };
    return engine;
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** What RocksDB says, in the error or in its cause, when another process or this one holds the lock. It names the lock
 * file in other sentences, too: of a read-only disk, for one. */
function mentionsLock(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return /While lock file|lock hold by/i.test(error.message) || mentionsLock(error.cause);
}
