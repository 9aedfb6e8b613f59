import type { Bucket } from '../buckets/bucket.ts';
import { ABSENT, type Check, type Write } from '../store/kv/key-value-store.ts';
import { listing } from '../store/tables/listing.ts';
import { nullVersions } from '../store/tables/null-versions.ts';
import type { OrderStamp } from '../store/tables/order-stamp.ts';
import type { FacetsRow, ListingRow, Locator, ObjectVersion } from '../store/tables/rows.ts';
import { makeVersionId } from '../store/tables/version-id.ts';
import { versions } from '../store/tables/versions.ts';
import { commitOnBucket, type Prepared } from './commit-on-bucket.ts';
import { checkWriteConditions, type WriteConditions } from './conditions.ts';
import type { ObjectsContext } from './context.ts';
import { newDeliveryWrites } from './delivery-writes.ts';
import type { NewObject, WrittenObject } from './put-object.ts';
import { discardBytes } from './receive-body.ts';
import { prepareRemoval } from './removal.ts';
import { originOf } from './stamps.ts';
import type { SealedInline } from './stored-body.ts';
import { Tally } from './tally.ts';
import { listingRowOf } from './version-form.ts';
import { freshPlaceChecks, incarnationChecks, notGarbageChecks, versionWrites } from './version-writes.ts';

/** An object whose bytes are stored and that only has to become visible. */
export interface ObjectToCommit extends NewObject {
  readonly size: number;
  readonly etag: string;
  readonly checksum?: ObjectVersion['checksum'];
  readonly parts?: ObjectVersion['parts'];
  readonly bytes: readonly Locator[];
  readonly inline: readonly SealedInline[];
  readonly conditions?: WriteConditions;
  /** Of a multipart upload: its rows go in the same commit, its parts have claimed their blobs already. */
  readonly upload?: {
    readonly begunAt: OrderStamp;
    readonly checks: readonly Check[];
    readonly writes: readonly Write[];
  };
}

/** Makes a new current version visible in one commit, with everything that belongs to it. When that fails for good, the
 * bytes are discarded.
 * @param object a function where it has to be described anew for each attempt, as the parts of an upload; its bytes stay
 *   whatever happens */
export async function commitObject(
  context: ObjectsContext,
  bucket: Bucket,
  object: ObjectToCommit | ((bucket: Bucket) => Promise<ObjectToCommit>),
): Promise<WrittenObject> {
  let inDoubt = false;
  try {
    const committed = await commitOnBucket(
      context,
      bucket,
      async (current, doubtful) => {
        const described = typeof object === 'function' ? await object(current) : object;
        return prepareObject(context, current, described, doubtful);
      },
      () => {
        inDoubt = true;
      },
    );
    return { version: committed.result, bucket: committed.bucket };
  } catch (error) {
    // Bytes that may have been committed stay; if they were not, they are swept with this incarnation.
    if (!inDoubt && typeof object !== 'function') await discardBytes(bucket.region, object.bytes);
    throw error;
  }
}

async function prepareObject(
  context: ObjectsContext,
  bucket: Bucket,
  object: ObjectToCommit,
  doubtful: boolean,
): Promise<Prepared<ObjectVersion>> {
  const { key, upload } = object;
  const { store } = bucket.region;
  const { id, versioning } = bucket.row;
  const keys = [listing.key(id, key)];
  if (versioning === 'Suspended') keys.push(nullVersions.key(id, key));
  const [storedListing, storedNull] = await store.get(keys);
  const newest = storedListing === undefined ? undefined : listing.decode(storedListing);
  checkWriteConditions(object.conditions, key, newest, upload?.begunAt);

  const nowMs = context.site.clock.now();
  const tally = new Tally();
  // In a bucket that was never versioned the newest version is the only one, and null.
  const replacedNull = versioning === 'unversioned' ? newest : storedNull && nullVersions.decode(storedNull);
  const removal =
    versioning === 'Enabled' || replacedNull === undefined
      ? undefined
      : await prepareRemoval(bucket, key, replacedNull.stamp, tally, nowMs);
  const row = newVersion(context, bucket, object, newest, nowMs);
  const planned = context.planner.plan(bucket.row, {
    kind: 'object',
    key,
    tags: object.tags ?? [],
    storageClass: row.storageClass,
    replica: false,
  });
  tally.version(id, row, 1);
  const writes: Write[] = [
    ...(removal?.writes ?? []),
    ...versionWrites(bucket, key, row, facetsOf(object, row.stamp), object.inline, upload === undefined),
    listing.put(id, key, listingRowOf(row)),
    ...newDeliveryWrites(bucket, { ...row, key }, planned, nowMs, tally),
    ...(upload?.writes ?? []),
  ];
  if (row.nullVersion) writes.push(nullVersions.put({ stamp: row.stamp }, id, key));
  writes.push(...tally.writes());
  return {
    checks: [
      listing.check(storedListing?.version ?? ABSENT, id, key),
      ...freshPlaceChecks(bucket, key, row.stamp),
      ...incarnationChecks(context, bucket, upload === undefined ? row.bytes : []),
      ...(removal?.checks ?? []),
      ...(upload?.checks ?? []),
      ...(doubtful ? notGarbageChecks(row) : []),
    ],
    writes,
    result: row,
    happened: () => versionStands(bucket, key, row),
  };
}

function newVersion(
  context: ObjectsContext,
  bucket: Bucket,
  object: ObjectToCommit,
  newest: ListingRow | undefined,
  nowMs: number,
): ObjectVersion {
  const stamp = context.stamps.next(nowMs, originOf(context.site.siteId, bucket.row), newest?.stamp);
  return {
    kind: 'object',
    versionId: makeVersionId(stamp, context.site.random),
    stamp,
    nullVersion: bucket.row.versioning !== 'Enabled',
    owner: object.owner ?? bucket.row.owner,
    replica: false,
    size: object.size,
    etag: object.etag,
    metadata: object.metadata ?? {},
    system: object.system ?? {},
    storageClass: object.storageClass ?? 'STANDARD',
    ...(object.checksum === undefined ? {} : { checksum: object.checksum }),
    ...(object.parts === undefined ? {} : { parts: object.parts }),
    encryption: 'AES256',
    bytes: object.bytes,
    ...(object.copiedBy === undefined ? {} : { copiedBy: object.copiedBy }),
  };
}

function facetsOf(object: ObjectToCommit, stamp: OrderStamp): FacetsRow | undefined {
  const { tags } = object;
  return tags === undefined || tags.length === 0 ? undefined : { tags: { stamp, value: tags } };
}

export async function versionStands(
  bucket: Bucket,
  key: string,
  row: { readonly stamp: OrderStamp; readonly versionId: string },
): Promise<boolean> {
  const [stored] = await bucket.region.store.get([versions.key(bucket.row.id, key, row.stamp)]);
  return stored !== undefined && versions.decode(stored).versionId === row.versionId;
}
