import type { RocksOptions } from './rocksdb-binding.ts';

const MIB = 2 ** 20;

/** How much memory one store may use. A site has one store for each region and one for what is global. */
export interface EngineMemory {
  readonly cacheBytes: number;
  /** Of rows that are not yet sorted into files. The engine may need half as much again for a while. */
  readonly memtableBytes: number;
}

/** So that two regions and the global store together stay well under 400 MiB, and under 300 while a batch job writes to
 * both; what the cache does not hold is in the page cache. Twice the memtables took 25 MiB more during a job and made
 * no PUT faster that could be told apart. */
export const ENGINE_MEMORY: EngineMemory = { cacheBytes: 8 * MIB, memtableBytes: 8 * MIB };

/** What flushing needs to write at any time has to fit below the low-water mark (disk-space.ts). */
const MEMTABLE_DISK_SHARE = 1 / 32;
const MEMTABLE_BYTES_MIN = 4 * MIB;

/** The default for a disk of this size. */
export function engineMemory(diskBytes: number): EngineMemory {
  const share = Math.max(MEMTABLE_BYTES_MIN, Math.floor(diskBytes * MEMTABLE_DISK_SHARE));
  return { ...ENGINE_MEMORY, memtableBytes: Math.min(ENGINE_MEMORY.memtableBytes, share) };
}

/** Larger blocks make the index small, smaller ones cost less to read and decompress. At millions of versions under
 * random keys 8 KiB instead of 16 (and bodies as below) halved the extra processor time of a GET or list against
 * an empty store; index and filters then take about 9 bytes a version. */
const ROW_BLOCK_BYTES = 8 * 1024;
/** A body takes up to some KiB, so blocks hold few. */
const BODY_BLOCK_BYTES = 16 * 1024;
const COUNTER_MEMTABLE_BYTES = 4 * MIB;
const COUNTER_CACHE_BYTES = 2 * MIB;
/** Bodies are read once and are in the page cache if anywhere; only the index is worth keeping. */
const BYTES_CACHE_BYTES = 4 * MIB;

export function rocksOptions(memory: EngineMemory = ENGINE_MEMORY): RocksOptions {
  return {
    createIfMissing: true,
    // One thread flushes, one compacts: more would take the cores from requests.
    parallelism: 2,
    // Most of what is logged is sealed, so it can't be compressed.
    walCompression: false,
    columns: {
      default: {
        compaction: 'level',
        memtableMemoryBudget: memory.memtableBytes,
        // Below the second level blocks are compressed either way. `true` adds a dictionary to each file, and
        // each read that misses the cache then spends most of its time on preparing that dictionary.
        compression: false,
        cacheSize: memory.cacheBytes,
        // Index and filters stay in memory, about 9 bytes a version. In a cache that is smaller than they are, a
        // read would fetch hundreds of KiB of them for one row.
        cacheIndexAndFilterBlocks: false,
        blockSize: ROW_BLOCK_BYTES,
      },
      bytes: {
        compaction: 'level',
        memtableMemoryBudget: memory.memtableBytes,
        compression: false,
        cacheSize: BYTES_CACHE_BYTES,
        cacheIndexAndFilterBlocks: true,
        blockSize: BODY_BLOCK_BYTES,
        // Their keys begin with the stamp, so each file holds a time of its own: hardly a lookup asks a file in vain, and
        // filters only pushed blocks out of the cache.
        filterPolicy: 'nullptr',
      },
      counters: {
        compaction: 'level',
        memtableMemoryBudget: COUNTER_MEMTABLE_BYTES,
        compression: false,
        cacheSize: COUNTER_CACHE_BYTES,
      },
    },
  };
}
