import type { Bucket } from '../buckets/bucket.ts';
import { Buckets } from '../buckets/buckets.ts';
import type { Region, Site } from '../buckets/region.ts';
import { makeKeyring } from '../keys/keyring.ts';
import { makeMasterKey } from '../keys/master-key.ts';
import type { ObjectsContext } from '../objects/context.ts';
import { registerIncarnation } from '../objects/incarnations.ts';
import type { Planner } from '../objects/planner.ts';
import { RecentObjects } from '../objects/recent-objects.ts';
import { StampSource } from '../objects/stamps.ts';
import { MemoryBlobDisk, MemoryBlobStore } from '../store/blobs/memory-blob-store.ts';
import { type MemoryFaults, MemoryStore } from '../store/kv/memory.ts';
import { counters } from '../store/tables/counters.ts';
import { intents } from '../store/tables/intents.ts';
import { versions } from '../store/tables/versions.ts';
import { SeededRandom } from './seeded-random.ts';
import { SimulatedClock } from './simulated-clock.ts';

export const OWNER = '111122223333';

/** The domain alone on memory engines: one region, no wire, no replication. */
export interface ObjectsBench {
  readonly context: ObjectsContext;
  readonly clock: SimulatedClock;
  readonly region: Region;
  readonly blobs: MemoryBlobDisk;
  bucket(name: string, versioning?: 'Enabled' | 'Suspended'): Promise<Bucket>;
}

export async function objectsBench(
  options: { readonly faults?: MemoryFaults; readonly planner?: Planner; readonly seed?: number } = {},
): Promise<ObjectsBench> {
  const random = new SeededRandom(options.seed ?? 1);
  const clock = new SimulatedClock();
  const disk = new MemoryBlobDisk();
  const incarnationName = random.bytes(4).toString('hex');
  const region: Region = {
    name: 'us-east-1',
    store: new MemoryStore(),
    blobs: new MemoryBlobStore(disk, incarnationName, random),
  };
  const site: Site = {
    siteId: '0000000a',
    clock,
    random,
    global: new MemoryStore(),
    regions: new Map([[region.name, region]]),
    defaultRegion: region.name,
  };
  const incarnation = await registerIncarnation(site, incarnationName);
  // Faults begin once the site stands.
  if (options.faults !== undefined && region.store instanceof MemoryStore) {
    const faulty = new MemoryStore({ disk: region.store.disk, faults: options.faults });
    Object.assign(region, { store: faulty });
  }
  const buckets = new Buckets(site);
  const context: ObjectsContext = {
    site,
    buckets,
    keyring: makeKeyring([makeMasterKey(Buffer.alloc(32, 7))]),
    planner: options.planner ?? { plan: () => [], names: () => false },
    incarnation,
    stamps: new StampSource(),
    recent: new RecentObjects(),
  };
  return {
    context,
    clock,
    region,
    blobs: disk,
    async bucket(name, versioning) {
      const created = await buckets.create({ name, region: region.name, owner: OWNER });
      if (versioning === undefined) return created;
      return buckets.update(created, (row) => ({ ...row, versioning }));
    },
  };
}

/** A body as the wire hands it over. */
export function bodyOf(text: string | Buffer) {
  const chunk = Buffer.isBuffer(text) ? text : Buffer.from(text);
  return { chunks: chunk.length === 0 ? [] : [chunk], sizeBytes: chunk.length };
}

export async function bytesOf(body: Buffer | AsyncIterable<Buffer>): Promise<Buffer> {
  if (Buffer.isBuffer(body)) return body;
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What the counters of a bucket say, beside what they count. */
export async function countersAndRows({ region }: ObjectsBench, { row }: Bucket) {
  const [versionsCounted = 0, bytesCounted = 0] = await region.store.counters([
    counters.bucketVersions(row.id),
    counters.bucketBytes(row.id),
  ]);
  const stored = (await region.store.range(versions.bucketRange(row.id))).map((version) =>
    versions.decode(version),
  );
  const waiting = (await region.store.range(intents.range())).map((intent) => intents.decode(intent));
  const pending = async (name: string) => {
    const found = await region.store.counterRange(counters.range(name, row.id));
    return found.reduce((sum, { value }) => sum + value, 0);
  };
  return {
    counters: {
      versions: versionsCounted,
      bytes: bytesCounted,
      pendingCount: await pending('pendingCount'),
      pendingBytes: await pending('pendingBytes'),
    },
    rows: {
      versions: stored.length,
      bytes: stored.reduce((sum, version) => sum + (version.kind === 'object' ? version.size : 0), 0),
      pendingCount: waiting.length,
      pendingBytes: waiting.reduce((sum, intent) => sum + intent.size, 0),
    },
  };
}
