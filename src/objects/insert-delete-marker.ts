import type { Bucket } from '../buckets/bucket.ts';
import { ABSENT, type Write } from '../store/kv/key-value-store.ts';
import { listing } from '../store/tables/listing.ts';
import { nullVersions } from '../store/tables/null-versions.ts';
import type { DeleteMarkerVersion } from '../store/tables/rows.ts';
import { makeVersionId } from '../store/tables/version-id.ts';
import { versionStands } from './commit-object.ts';
import { commitOnBucket, type Prepared } from './commit-on-bucket.ts';
import { checkWriteConditions } from './conditions.ts';
import type { ObjectsContext } from './context.ts';
import type { DeletedObject, DeleteObjectOptions } from './delete-object.ts';
import { newDeliveryWrites } from './delivery-writes.ts';
import { prepareRemoval } from './removal.ts';
import { originOf } from './stamps.ts';
import { Tally } from './tally.ts';
import { checkKey, listingRowOf, shownVersionId } from './version-form.ts';
import { freshPlaceChecks, versionWrites } from './version-writes.ts';

/** A delete without version id in a bucket with versioning: a marker on top, also where the key never was. While
 * suspended the marker is null and replaces the null version. */
export async function insertDeleteMarker(
  context: ObjectsContext,
  bucket: Bucket,
  options: DeleteObjectOptions,
): Promise<DeletedObject> {
  checkKey(options.key);
  const { result } = await commitOnBucket(context, bucket, (current) =>
    prepareMarker(context, current, options),
  );
  return { versionId: shownVersionId(result), deleteMarker: true };
}

async function prepareMarker(
  context: ObjectsContext,
  bucket: Bucket,
  { key, ifMatch }: DeleteObjectOptions,
): Promise<Prepared<DeleteMarkerVersion>> {
  const { id, versioning, owner } = bucket.row;
  const keys = [listing.key(id, key)];
  if (versioning === 'Suspended') keys.push(nullVersions.key(id, key));
  const [storedListing, storedNull] = await bucket.region.store.get(keys);
  const newest = storedListing === undefined ? undefined : listing.decode(storedListing);
  if (ifMatch !== undefined) checkWriteConditions({ ifMatch }, key, newest);

  const nowMs = context.site.clock.now();
  const tally = new Tally();
  const removal =
    storedNull === undefined
      ? undefined
      : await prepareRemoval(bucket, key, nullVersions.decode(storedNull).stamp, tally, nowMs);
  const stamp = context.stamps.next(nowMs, originOf(context.site.siteId, bucket.row), newest?.stamp);
  const row: DeleteMarkerVersion = {
    kind: 'delete-marker',
    versionId: makeVersionId(stamp, context.site.random),
    stamp,
    nullVersion: versioning !== 'Enabled',
    owner,
    replica: false,
  };
  const planned = context.planner.plan(bucket.row, { kind: 'delete-marker', key, replica: false });
  tally.version(id, row, 1);
  const writes: Write[] = [
    ...(removal?.writes ?? []),
    ...versionWrites(bucket, key, row, undefined, [], true),
    listing.put(id, key, listingRowOf(row)),
    ...newDeliveryWrites(bucket, { ...row, key, size: 0 }, planned, nowMs, tally),
  ];
  if (row.nullVersion) writes.push(nullVersions.put({ stamp }, id, key));
  return {
    checks: [
      listing.check(storedListing?.version ?? ABSENT, id, key),
      ...freshPlaceChecks(bucket, key, stamp),
      ...(removal?.checks ?? []),
    ],
    writes: [...writes, ...tally.writes()],
    result: row,
    happened: () => versionStands(bucket, key, row),
  };
}
