import type { Region, Site } from '../buckets/region.ts';
import { composeNode, type Node } from '../compose.ts';
import { systemClock } from '../lib/clock.ts';
import { systemRandom } from '../lib/random.ts';
import type { HashingThreads } from '../objects/body/index.ts';
import { joinIncarnation } from '../objects/incarnations.ts';
import { RunningReads } from '../objects/running-reads.ts';
import { joinFileBlobStore, openFileBlobStore } from '../store/blobs/file-blob-store.ts';
import { connectStore } from '../store/kv/threaded/threaded-store.ts';
import { RotatingKeyring } from './rotating-keyring.ts';
import type { ThreadData } from './thread-data.ts';

export interface OpenedNode {
  readonly node: Node;
  readonly keyring: RotatingKeyring;
  /** Lets go of the stores; their thread closes the files. */
  readonly close: () => Promise<void>;
}

/** The stores as this thread reaches them. The main thread opens the blobs, before it starts the others, which join. */
export async function openSite(
  data: Omit<ThreadData, 'operatorAccount' | 'masterKeys' | 'isFirst' | 'runningReads'>,
  blobStore: typeof openFileBlobStore | typeof joinFileBlobStore = openFileBlobStore,
): Promise<Site> {
  const regions = new Map<string, Region>();
  for (const { name, store, blobs } of data.regions) {
    regions.set(name, {
      name,
      store: connectStore(store),
      blobs: await blobStore(blobs, data.incarnation, systemRandom),
    });
  }
  const [defaultRegion = ''] = regions.keys();
  return {
    siteId: data.siteId,
    clock: systemClock,
    random: systemRandom,
    global: connectStore(data.global),
    regions,
    defaultRegion,
  };
}

export async function closeSite(site: Site): Promise<void> {
  for (const { store, blobs } of site.regions.values()) {
    await blobs.close();
    await store.close();
  }
  await site.global.close();
}

/** Everything a thread other than the main one works with. */
export async function openNode(data: ThreadData, hashingThreads?: HashingThreads): Promise<OpenedNode> {
  const site = await openSite(data, joinFileBlobStore);
  const keyring = new RotatingKeyring(data.masterKeys);
  const incarnation = await joinIncarnation(site, data.incarnation);
  const node = composeNode({
    site,
    keyring,
    incarnation,
    runningReads: new RunningReads(data.runningReads, site.clock),
    ...(hashingThreads !== undefined && { hashingThreads }),
  });
  return { node, keyring, close: () => closeSite(site) };
}
