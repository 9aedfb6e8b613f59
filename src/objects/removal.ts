import type { Bucket } from '../buckets/bucket.ts';
import type { BlobId } from '../store/blobs/blob-store.ts';
import { ABSENT, type Check, type Write } from '../store/kv/key-value-store.ts';
import { deliveries } from '../store/tables/deliveries.ts';
import { facets } from '../store/tables/facets.ts';
import { garbage } from '../store/tables/garbage.ts';
import { inlineBytes } from '../store/tables/inline-bytes.ts';
import { parkedIntents, pendingTable } from '../store/tables/intents.ts';
import type { OrderStamp } from '../store/tables/order-stamp.ts';
import type { Locator, VersionRow } from '../store/tables/rows.ts';
import { tombstones } from '../store/tables/tombstones.ts';
import { versions } from '../store/tables/versions.ts';
import { answerTasks, VERSION_REMOVED } from './answer-tasks.ts';
import { deliveriesCheck, readDeliveries, readIntents } from './read-deliveries.ts';
import type { Tally } from './tally.ts';

/** The one door through which a version leaves (DESIGN decision 10): object lock, once built, is asked here. */
export interface Removal {
  readonly row: VersionRow;
  readonly checks: readonly Check[];
  readonly writes: readonly Write[];
}

/** What removing this version takes: its rows, its bytes, what is still to be delivered of it, and a tombstone where
 * another site may know it. The caller holds the key's lock (its listing row). Undefined when it is gone. */
export async function prepareRemoval(
  bucket: Bucket,
  key: string,
  stamp: OrderStamp,
  tally: Tally,
  nowMs: number,
): Promise<Removal | undefined> {
  const { id } = bucket.row;
  const [[storedVersion, storedFacets], delivered] = await Promise.all([
    bucket.region.store.get([versions.key(id, key, stamp), facets.key(id, key, stamp)]),
    readDeliveries(bucket, key, stamp),
  ]);
  if (storedVersion === undefined) return undefined;
  const row = versions.decode(storedVersion);
  // A change of tags in the meantime may have written intents that are not read here.
  const checks: Check[] = [
    facets.check(storedFacets?.version ?? ABSENT, id, key, stamp),
    ...deliveriesCheck(bucket, key, stamp, delivered),
  ];
  const writes: Write[] = [versions.delete(id, key, stamp)];
  if (storedFacets !== undefined) writes.push(facets.delete(id, key, stamp));
  if (row.kind === 'object') writes.push(...bytesRemoval(id, key, row.stamp, row.bytes, nowMs));
  if (row.replica || delivered.size > 0) writes.push(tombstones.put({}, id, key, stamp));
  tally.version(id, row, -1);

  const wanted = [...delivered.keys()].flatMap((destination) => [
    { destination, kind: row.kind },
    { destination, kind: 'facets' as const },
  ]);
  for (const destination of delivered.keys()) writes.push(deliveries.delete(id, key, stamp, destination));
  for (const found of wanted.length === 0 ? [] : await readIntents(bucket, { key, stamp }, wanted)) {
    checks.push(...found.checks);
    for (const pending of [found.intent, found.batch]) {
      if (pending === undefined) continue;
      writes.push(pendingTable(pending.class).delete(pending), ...answerTasks(pending, VERSION_REMOVED));
      tally.pending(pending, -1);
    }
    if (found.parked !== undefined) {
      writes.push(parkedIntents.delete(found.parked));
      tally.unparked(found.parked);
    }
  }
  return { row, checks, writes };
}

function bytesRemoval(
  bucketId: string,
  key: string,
  stamp: OrderStamp,
  bytes: readonly Locator[],
  nowMs: number,
): Write[] {
  const writes: Write[] = [];
  const blobs: BlobId[] = [];
  for (const [part, locator] of bytes.entries()) {
    if (locator.kind === 'inline') writes.push(inlineBytes.delete(bucketId, key, stamp, part));
    else blobs.push(locator.blob);
  }
  return [...writes, ...garbageWrites(blobs, nowMs)];
}

/** One garbage row for blobs that no row names any more. */
export function garbageWrites(blobs: readonly BlobId[], nowMs: number): Write[] {
  const [first] = blobs;
  return first === undefined ? [] : [garbage.put({ blobs, removedAtMs: nowMs }, first)];
}
