import { join } from 'node:path';
import type { ServeConfig } from '../config.ts';
import { systemRandom } from '../lib/random.ts';
import {
  openDataDirectory,
  raiseFormat,
  rememberRegions,
  requireKnownRegions,
} from '../store/data-directory.ts';
import type { EngineMemory } from '../store/kv/rocksdb-options.ts';
import { loadStoreThread } from '../store/kv/threaded/store-thread.ts';
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
  const globalThread = loadStoreThread();
  const regionThreads = [...config.regions].map(([name, directory]) => ({
    name,
    directory,
    loading: loadStoreThread(),
  }));
  const close = async () => {
    await Promise.all(
      [globalThread, ...regionThreads.map(({ loading }) => loading)].map((thread) => thread.close()),
    );
  };
  try {
    // Before any other directory is touched: whoever has this one has the whole site.
    const global = await globalThread.open({ directory: join(config.data, 'global'), memory: GLOBAL_MEMORY });
    requireKnownRegions(config.data, config.regions);
    raiseFormat(config.data);
    const regions = await Promise.all(
      regionThreads.map(async ({ name, directory, loading }) => {
        openDataDirectory(directory, name, systemRandom, siteId);
        raiseFormat(directory);
        const thread = await loading.open({ directory: join(directory, 'store') });
        return { name, thread, blobs: join(directory, 'blobs') };
      }),
    );
    rememberRegions(config.data, config.regions.keys());
    return {
      siteId,
      connect: () => ({
        global: global.connect(),
        regions: regions.map(({ name, thread, blobs }) => ({ name, store: thread.connect(), blobs })),
      }),
      onFailure: (listener) =>
        [global, ...regions.map(({ thread }) => thread)].forEach((thread) => thread.onFailure(listener)),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
