import type { BatchRunner } from '../batch/runner.ts';
import type { Region, Site } from '../buckets/region.ts';
import { composeNode, type Node } from '../compose.ts';
import { composeBatch } from '../compose-batch.ts';
import { composeReplication } from '../compose-replication.ts';
import { type Keyring, makeKeyring } from '../keys/keyring.ts';
import { makeMasterKey } from '../keys/master-key.ts';
import type { Clock } from '../lib/clock.ts';
import { type Logger, silentLogger } from '../lib/logger.ts';
import type { Random } from '../lib/random.ts';
import { registerIncarnation } from '../objects/incarnations.ts';
import type { Claim } from '../replication/worker/claim.ts';
import type { Outcome } from '../replication/worker/outcome.ts';
import type { ReplicationWorker } from '../replication/worker.ts';
import { MemoryBlobDisk, MemoryBlobStore } from '../store/blobs/memory-blob-store.ts';
import type { KeyValueStore } from '../store/kv/key-value-store.ts';
import { MemoryDisk, type MemoryFaults, MemoryStore } from '../store/kv/memory.ts';

export const SITE_REGIONS = ['us-east-1', 'ap-south-1'] as const;

/** What outlives a process: the disks of a site. */
export class SiteDisks {
  readonly global = new MemoryDisk();
  readonly regions: ReadonlyMap<string, { readonly store: MemoryDisk; readonly blobs: MemoryBlobDisk }>;

  constructor(regionNames: readonly string[] = SITE_REGIONS) {
    this.regions = new Map(
      regionNames.map((name) => [name, { store: new MemoryDisk(), blobs: new MemoryBlobDisk() }]),
    );
  }
}

export interface MemorySiteOptions {
  readonly disks?: SiteDisks;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger?: Logger;
  /** The store as the site shall see it: slower, failing, ... `name` is a region's, or `global`. */
  readonly wrapStore?: (store: MemoryStore, name: string) => KeyValueStore;
  readonly faults?: (name: string) => MemoryFaults;
  /** Threads that replicate. */
  readonly workers?: number;
  readonly onOutcome?: (node: Node, claim: Claim, outcome: Outcome) => void;
  /** Batch jobs of one account that run at once. */
  readonly activeJobsMax?: number;
}

/** One running process of a site in memory, with its replication workers and runners of batch jobs (not yet started). */
export interface MemorySite extends Node {
  readonly disks: SiteDisks;
  readonly stores: ReadonlyMap<string, MemoryStore>;
  readonly workers: readonly ReplicationWorker[];
  readonly runners: readonly BatchRunner[];
  /** The process dies, and its disks lose what was not synced. */
  crash(): void;
}

// The same key for every process: what one wrote, the next must read.
const keyring: Keyring = makeKeyring([makeMasterKey(Buffer.alloc(32, 7))]);

export async function openMemorySite(options: MemorySiteOptions): Promise<MemorySite> {
  const { disks = new SiteDisks(), clock, random, logger = silentLogger } = options;
  const stores = new Map<string, MemoryStore>();
  const open = (name: string, disk: MemoryDisk): KeyValueStore => {
    const store = new MemoryStore({ disk, faults: options.faults?.(name) ?? {} });
    stores.set(name, store);
    return options.wrapStore?.(store, name) ?? store;
  };
  const incarnationName = random.bytes(4).toString('hex');
  const regions = new Map<string, Region>();
  for (const [name, disk] of disks.regions) {
    const blobs = new MemoryBlobStore(disk.blobs, incarnationName, random);
    regions.set(name, { name, store: open(name, disk.store), blobs });
  }
  const site: Site = {
    siteId: '0000000a',
    clock,
    random,
    global: open('global', disks.global),
    regions,
    defaultRegion: SITE_REGIONS[0],
  };
  const incarnation = await registerIncarnation(site, incarnationName);
  const node = composeNode({ site, keyring, incarnation });
  const onOutcome = (claim: Claim, outcome: Outcome) => options.onOutcome?.(node, claim, outcome);
  const workers = Array.from({ length: options.workers ?? 1 }, () =>
    composeReplication(node, { logger, onOutcome }),
  ).flat();
  const { activeJobsMax } = options;
  const runners = Array.from({ length: options.workers ?? 1 }, () =>
    composeBatch(node, { logger, workers, ...(activeJobsMax !== undefined && { activeJobsMax }) }),
  ).flat();
  return {
    ...node,
    disks,
    stores,
    workers,
    runners,
    crash() {
      for (const store of stores.values()) store.crash();
      for (const disk of disks.regions.values()) disk.blobs.crash(random);
    },
  };
}
