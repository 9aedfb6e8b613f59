import { join } from 'node:path';
import type { ServeConfig } from '../config.ts';
import { systemRandom } from '../lib/random.ts';
import { openDataDirectory } from '../store/data-directory.ts';
import type { EngineMemory } from '../store/kv/rocksdb-options.ts';
import { type StoreThread, startStoreThread } from '../store/kv/threaded/store-thread.ts';
import type { ThreadData } from './thread-data.ts';

/** The stores of a site, each with its committer thread: one for what AWS keeps once, one for each region. */
export interface SiteStores {
  readonly siteId: string;
  /** Fresh connections, for one more thread. */
  connect(): Pick<ThreadData, 'global' | 'regions'>;
  onFailure(listener: (error: Error) => void): void;
  close(): Promise<void>;
}

const MIB = 2 ** 20;
/** Names and identities of a whole site are a few MiB, and read from parsed copies. */
const GLOBAL_MEMORY: EngineMemory = { cacheBytes: 4 * MIB, memtableBytes: 4 * MIB };

/** @throws DataDirectoryError, DirectoryInUseError */
export async function openStores(config: Pick<ServeConfig, 'data' | 'regions'>): Promise<SiteStores> {
  const { siteId } = openDataDirectory(config.data, 'site', systemRandom);
  const opened: StoreThread[] = [];
  try {
    const open = async (directory: string, memory?: EngineMemory): Promise<StoreThread> => {
      const thread = await startStoreThread({ directory, ...(memory !== undefined && { memory }) });
      opened.push(thread);
      return thread;
    };
    const global = await open(join(config.data, 'global'), GLOBAL_MEMORY);
    const regions = await Promise.all(
      [...config.regions].map(async ([name, directory]) => {
        openDataDirectory(directory, name, systemRandom, siteId);
        return { name, thread: await open(join(directory, 'store')), blobs: join(directory, 'blobs') };
      }),
    );
    return {
      siteId,
      connect: () => ({
        global: global.connect(),
        regions: regions.map(({ name, thread, blobs }) => ({ name, store: thread.connect(), blobs })),
      }),
      onFailure: (listener) => opened.forEach((thread) => thread.onFailure(listener)),
      close: async () => void (await Promise.all(opened.map((thread) => thread.close()))),
    };
  } catch (error) {
    await Promise.all(opened.map((thread) => thread.close()));
    throw error;
  }
}
