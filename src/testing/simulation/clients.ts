import { sleep } from '../../lib/clock.ts';
import type { Tags } from '../../objects/put-object.ts';
import type { Ledger, LedgerVersion } from './ledger.ts';
import { DESTINATIONS, SOURCE, type World } from './world.ts';

const KEYS = ['a', 'a/b', 'b', 'c/d'] as const;
const LARGE_BYTES = 40_000;

/** One client that sends a request, waits for its end, and sends the next. */
export async function runClient(world: World, ledger: Ledger, requests: number): Promise<void> {
  const { random } = world;
  for (let count = 0; count < requests; count += 1) {
    await sleep(world.clock, random.below(400));
    ledger.requests += 1;
    const dice = random.below(100);
    if (dice < 50) await put(world, ledger);
    else if (dice < 65) await changeTags(world, ledger);
    else if (dice < 72) await makeMarker(world, ledger);
    else if (dice < 82) await removeAtSource(world, ledger);
    else await removeAtDestination(world, ledger);
  }
}

async function put(world: World, ledger: Ledger): Promise<void> {
  const { random } = world;
  const key = random.pick(KEYS);
  const padding = random.chance(0.1) ? 'x'.repeat(LARGE_BYTES) : '';
  const body = `body ${ledger.sent.size} ${padding}`;
  ledger.sent.set(body, key);
  const tags = someTags(world);
  const versionId = await world.request((s3) => s3.put(SOURCE, key, body, tags));
  if (versionId === undefined) {
    ledger.failures += 1;
    return;
  }
  ledger.acknowledged.set(versionId, {
    key,
    body,
    versionId,
    deleted: 'no',
    hardDeletedAt: new Set(),
    tags,
    tagChanges: 0,
  });
}

async function changeTags(world: World, ledger: Ledger): Promise<void> {
  const version = someVersion(world, ledger);
  if (version === undefined) return;
  const tags = someTags(world);
  // Two changes at once: which is last is not known here.
  const before = version.tags;
  version.tags = undefined;
  version.tagChanges += 1;
  const mine = version.tagChanges;
  const done = await world.request(async (s3) => {
    await s3.tag(SOURCE, version.key, tags, version.versionId);
    return true;
  });
  if (done === undefined) ledger.failures += 1;
  else if (before !== undefined && version.tagChanges === mine) version.tags = tags;
}

async function makeMarker(world: World, ledger: Ledger): Promise<void> {
  const key = world.random.pick(KEYS);
  const versionId = await world.request((s3) => s3.remove(SOURCE, key));
  if (versionId === undefined) ledger.failures += 1;
  else ledger.markers.set(versionId, key);
}

async function removeAtSource(world: World, ledger: Ledger): Promise<void> {
  const version = someVersion(world, ledger);
  if (version === undefined) return;
  version.deleted = 'maybe';
  const done = await world.request((s3) => s3.remove(SOURCE, version.key, version.versionId));
  if (done === undefined) ledger.failures += 1;
  else version.deleted = 'yes';
}

async function removeAtDestination(world: World, ledger: Ledger): Promise<void> {
  const version = someVersion(world, ledger);
  if (version === undefined) return;
  const { name } = world.random.pick(DESTINATIONS);
  const { life } = world;
  const seen = await world.request((s3) => s3.read(name, version.key, version.versionId));
  if (seen === undefined) return;
  world.removedAt.add(`${name} ${version.versionId}`);
  const done = await world.request((s3) => s3.remove(name, version.key, version.versionId));
  // Seen before it was durable and lost in a crash, it was not there to be removed.
  if (done !== undefined && world.life === life) version.hardDeletedAt.add(name);
}

function someVersion(world: World, ledger: Ledger): LedgerVersion | undefined {
  const versions = [...ledger.acknowledged.values()].filter(({ deleted }) => deleted === 'no');
  if (versions.length === 0) return undefined;
  // The newest are where the races are.
  return world.random.pick(world.random.chance(0.6) ? versions.slice(-4) : versions);
}

function someTags({ random }: World): Tags {
  return random.chance(0.5) ? [] : [['tag', String(random.below(100))]];
}
