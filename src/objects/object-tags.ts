import type { Bucket } from '../buckets/bucket.ts';
import { methodNotAllowedOnMarker } from '../errors/s3.ts';
import type { Check, Write } from '../store/kv/key-value-store.ts';
import { deliveries } from '../store/tables/deliveries.ts';
import { facets } from '../store/tables/facets.ts';
import { intents, parkedIntents } from '../store/tables/intents.ts';
import type { OrderStamp } from '../store/tables/order-stamp.ts';
import type { FacetsRow, IntentRow, ObjectVersion } from '../store/tables/rows.ts';
import { commitOnBucket, type Prepared } from './commit-on-bucket.ts';
import type { ObjectsContext } from './context.ts';
import { intentOf } from './delivery-writes.ts';
import { type FoundVersion, lookupVersion } from './lookup.ts';
import type { PlannedDelivery } from './planner.ts';
import type { Tags } from './put-object.ts';
import { deliveriesCheck, readIntents } from './read-deliveries.ts';
import { originOf } from './stamps.ts';
import { Tally } from './tally.ts';
import { shownVersionId, versionIdHeader } from './version-form.ts';
import { versionCheck } from './version-writes.ts';

export interface ObjectTagsOptions {
  readonly key: string;
  readonly versionId?: string;
}

export interface ObjectTags {
  readonly tags: Tags;
  /** x-amz-version-id; absent while the bucket was never versioned. */
  readonly versionId?: string;
}

/** @throws AwsError NoSuchKey, NoSuchVersion, MethodNotAllowed where it is a delete marker, with or without id */
export async function getObjectTags(
  context: ObjectsContext,
  bucket: Bucket,
  options: ObjectTagsOptions,
): Promise<ObjectTags> {
  const found = await lookupVersion(context, bucket, options, false);
  const row = requireTaggable(found, 'GET');
  return { tags: found.facets.tags?.value ?? [], ...versionIdHeader(bucket.row, row) };
}

/** Replaces the whole set; an empty one is what DeleteObjectTagging does. */
export async function putObjectTags(
  context: ObjectsContext,
  bucket: Bucket,
  options: ObjectTagsOptions & { readonly tags: Tags /** For the 405. */; readonly method?: string },
): Promise<ObjectTags> {
  const { tags, method = 'PUT' } = options;
  const committed = await commitOnBucket(context, bucket, async (current) => {
    const found = await lookupVersion(context, current, options, false);
    return prepareTags(context, current, options.key, requireTaggable(found, method), found, tags);
  });
  return { tags, ...versionIdHeader(committed.bucket.row, committed.result) };
}

function requireTaggable({ row }: FoundVersion, method: string): ObjectVersion {
  if (row.kind !== 'object') throw methodNotAllowedOnMarker(method, shownVersionId(row));
  return row;
}

async function prepareTags(
  context: ObjectsContext,
  bucket: Bucket,
  key: string,
  row: ObjectVersion,
  found: FoundVersion,
  tags: Tags,
): Promise<Prepared<ObjectVersion>> {
  const { id } = bucket.row;
  const previous = found.facets.tags?.stamp ?? row.stamp;
  const nowMs = context.site.clock.now();
  const changeStamp = context.stamps.next(nowMs, originOf(context.site.siteId, bucket.row), previous);
  const facetsRow: FacetsRow = { ...found.facets, tags: { stamp: changeStamp, value: tags } };
  const planned = context.planner.plan(bucket.row, {
    kind: 'facets',
    key,
    tags,
    replica: row.replica,
    deliveries: new Map([...found.deliveries].map(([name, delivery]) => [name, delivery.row])),
  });
  const tally = new Tally();
  const delivered = await facetsDeliveries(bucket, key, row, found, planned, changeStamp, nowMs, tally);
  return {
    checks: [
      versionCheck(bucket, key, row, found.rowVersion),
      facets.check(found.facetsVersion, id, key, row.stamp),
      // The plan was made from them: one that a job starts and ends meanwhile would take the old tags along.
      ...deliveriesCheck(bucket, key, row.stamp, found.deliveries),
      ...delivered.checks,
    ],
    writes: [facets.put(facetsRow, id, key, row.stamp), ...delivered.writes, ...tally.writes()],
    result: row,
    happened: async () => {
      const [stored] = await bucket.region.store.get([facets.key(id, key, row.stamp)]);
      return stored !== undefined && facets.decode(stored).tags?.stamp === changeStamp;
    },
  };
}

/** One intent for each destination, whether or not an earlier change of facets still waits or was parked there. */
async function facetsDeliveries(
  bucket: Bucket,
  key: string,
  row: ObjectVersion,
  found: FoundVersion,
  planned: readonly PlannedDelivery[],
  changeStamp: OrderStamp,
  nowMs: number,
  tally: Tally,
): Promise<{ checks: Check[]; writes: Write[] }> {
  const checks: Check[] = [];
  const writes: Write[] = [];
  if (planned.length === 0) return { checks, writes };
  const wanted = planned.map(({ kind, rule }) => ({ kind, destination: rule.destination }));
  const waiting = await readIntents(bucket, { key, stamp: row.stamp }, wanted);
  for (const [index, delivery] of planned.entries()) {
    const { destination, ruleId } = delivery.rule;
    const before = waiting[index];
    if (before?.intent !== undefined) tally.pending(before.intent, -1);
    if (before?.parked !== undefined) {
      writes.push(parkedIntents.delete(before.parked));
      tally.unparked(before.parked);
    }
    const intent: IntentRow = {
      ...intentOf(bucket, { ...row, key, size: 0 }, delivery, changeStamp, nowMs),
      ...(before?.intent?.waiting === undefined ? {} : { waiting: before.intent.waiting }),
    };
    tally.pending(intent, 1);
    const status = found.deliveries.get(destination);
    const delivered = status?.row.delivered ?? false;
    writes.push(
      intents.put(intent),
      deliveries.put(
        { status: 'PENDING', ruleId, changeStamp, changedAtMs: nowMs, delivered },
        bucket.row.id,
        key,
        row.stamp,
        destination,
      ),
    );
    checks.push(...(before?.checks ?? []));
  }
  return { checks, writes };
}
