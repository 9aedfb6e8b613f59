import type { ListedVersion } from '../../objects/list-versions.ts';
import { verifyCounters } from '../../replication/verify-counters.ts';
import { PENDING_TABLES, parkedIntents } from '../../store/tables/intents.ts';
import type { Ledger } from './ledger.ts';
import { DESTINATIONS, EARLY_KEYS, SOURCE, type World } from './world.ts';

/** Holds a site at rest against DESIGN's invariants I1, I3, I4, I5 and I7.
 * @returns what is wrong; nothing, if all is well */
export async function violations(world: World, ledger: Ledger): Promise<string[]> {
  const wrong: string[] = [];
  const source = await world.s3.versions(SOURCE);
  await checkAcknowledged(world, ledger, source, wrong);
  for (const destination of DESTINATIONS) await checkDestination(world, ledger, source, destination, wrong);
  for (const { name, store } of world.site.site.regions.values()) {
    for (const { counter, stored, counted } of await verifyCounters(store)) {
      wrong.push(`I7 ${name}: ${counter} is ${stored}, and counts ${counted}`);
    }
    for (const table of PENDING_TABLES) {
      const pending = await store.range(table.range());
      for (const row of pending) wrong.push(`I3 still pending: ${JSON.stringify(table.decode(row))}`);
    }
    for (const row of await store.range(parkedIntents.range()))
      checkParked(world, parkedIntents.decode(row), wrong);
  }
  return wrong;
}

/** Three things fail for good here: tags of a version that a client removed at the destination, a job that would bring it
 * back, and what a cancelled job had brought to one destination and not yet to the other. */
function checkParked(world: World, row: ReturnType<typeof parkedIntents.decode>, wrong: string[]): void {
  if (row.failureCode === 'DstVersionNotFound' && row.kind === 'facets') return;
  const removed = world.removedAt.has(`${row.rule.destination} ${row.versionId}`);
  if (row.failureCode === 'DstObjectHardDeleted' && removed) return;
  if (row.failureCode === 'InternalError' && row.class === 'batch') return;
  wrong.push(`I3 parked without cause: ${JSON.stringify(row)}`);
}

async function checkAcknowledged(
  world: World,
  ledger: Ledger,
  source: readonly ListedVersion[],
  wrong: string[],
): Promise<void> {
  const present = new Map(source.map((version) => [version.versionId, version]));
  for (const { key, body, versionId, deleted, tags } of ledger.acknowledged.values()) {
    if (deleted === 'yes' && present.has(versionId))
      wrong.push(`I1 a removed version is there: ${key} ${versionId}`);
    if (deleted !== 'no') continue;
    const found = await world.s3.read(SOURCE, key, versionId);
    if (found?.text !== body)
      wrong.push(`I1 an acknowledged version is lost or altered: ${key} ${versionId}`);
    else if (tags !== undefined && JSON.stringify(found.tags) !== JSON.stringify(tags)) {
      wrong.push(`I1 acknowledged tags are lost: ${key} ${versionId}`);
    }
  }
  for (const [versionId, key] of ledger.markers) {
    if (!present.has(versionId)) wrong.push(`I1 an acknowledged marker is lost: ${key} ${versionId}`);
  }
}

async function checkDestination(
  world: World,
  ledger: Ledger,
  source: readonly ListedVersion[],
  { name, prefix }: (typeof DESTINATIONS)[number],
  wrong: string[],
): Promise<void> {
  const replicas = await world.s3.versions(name);
  const there = new Set(replicas.map(({ versionId }) => versionId));
  const eligible = source.filter(({ key }) => key.startsWith(prefix));
  for (const { key, versionId, row } of eligible) {
    const hardDeleted = ledger.acknowledged.get(versionId)?.hardDeletedAt.has(name) === true;
    if (hardDeleted && there.has(versionId)) wrong.push(`I5 came back in ${name}: ${key} ${versionId}`);
    if (row.kind === 'object') await checkReplica(world, name, key, versionId, there.has(versionId), wrong);
    else if (!there.has(versionId)) wrong.push(`I3 a marker is not in ${name}: ${key} ${versionId}`);
  }
  for (const { key, versionId, row } of replicas) {
    if (!key.startsWith(prefix)) wrong.push(`I4 ${name} holds ${key}`);
    if (!row.replica) wrong.push(`I4 ${name} holds what is no replica: ${key} ${versionId}`);
    if (row.kind !== 'object') continue;
    const found = await world.s3.read(name, key, versionId);
    if (ledger.sent.get(found?.text ?? '') !== key)
      wrong.push(`I4 ${name} holds other bytes: ${key} ${versionId}`);
  }
  const order = (versions: readonly ListedVersion[], among: ReadonlySet<string>) =>
    versions.filter(({ versionId }) => among.has(versionId)).map(({ versionId }) => versionId);
  const both = new Set(eligible.map(({ versionId }) => versionId).filter((id) => there.has(id)));
  if (order(eligible, both).join() !== order(replicas, both).join())
    wrong.push(`I5 ${name} has another order`);
}

/** A replica has the source's bytes and tags, or a client removed it there: nothing else takes it away. */
async function checkReplica(
  world: World,
  name: string,
  key: string,
  versionId: string,
  there: boolean,
  wrong: string[],
): Promise<void> {
  const original = await world.s3.read(SOURCE, key, versionId);
  const status = original?.replicationStatus;
  // Only a job brings it there, and one that was cancelled need not have.
  const early = EARLY_KEYS.includes(key);
  if (!there) {
    if (early && status !== 'COMPLETED') return;
    if (!world.removedAt.has(`${name} ${versionId}`))
      wrong.push(`I3 not in ${name}: ${key} ${versionId} (${status})`);
    return;
  }
  const replica = await world.s3.read(name, key, versionId);
  if (replica?.text !== original?.text) wrong.push(`I3 other bytes in ${name}: ${key} ${versionId}`);
  if (JSON.stringify(replica?.tags) !== JSON.stringify(original?.tags)) {
    wrong.push(`I3 other tags in ${name}: ${key} ${versionId}`);
  }
  const removedElsewhere = DESTINATIONS.some((other) => world.removedAt.has(`${other.name} ${versionId}`));
  if (!early && status !== 'COMPLETED' && !(removedElsewhere && status === 'FAILED')) {
    wrong.push(`I3 ${key} ${versionId} says ${status}`);
  }
}
