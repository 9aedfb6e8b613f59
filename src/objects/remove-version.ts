import type { Bucket } from '../buckets/bucket.ts';
import { preconditionFailed } from '../errors/s3.ts';
import type { Write } from '../store/kv/key-value-store.ts';
import { listing } from '../store/tables/listing.ts';
import { nullVersions } from '../store/tables/null-versions.ts';
import type { OrderStamp } from '../store/tables/order-stamp.ts';
import type { ListingRow, VersionRow } from '../store/tables/rows.ts';
import { stampOfVersionId } from '../store/tables/version-id.ts';
import { versionStands } from './commit-object.ts';
import { commitOnBucket, type Preparation } from './commit-on-bucket.ts';
import type { ObjectsContext } from './context.ts';
import type { DeletedObject, DeleteObjectOptions } from './delete-object.ts';
import { newestNullBelow, newestOtherThan } from './key-versions.ts';
import { prepareRemoval } from './removal.ts';
import { Tally } from './tally.ts';
import { listingRowOf } from './version-form.ts';

type RemoveVersionOptions = DeleteObjectOptions & { readonly versionId: string };

/** A delete by version id: that version goes for good, and the next newest becomes current. What is not there counts
 * as removed, as at AWS. */
export async function removeVersion(
  context: ObjectsContext,
  bucket: Bucket,
  options: RemoveVersionOptions,
): Promise<DeletedObject> {
  const committed = await commitOnBucket(context, bucket, (current) => prepare(context, current, options));
  if (committed.bucket.row.versioning === 'unversioned') return { deleteMarker: false };
  return { versionId: options.versionId, deleteMarker: committed.result?.kind === 'delete-marker' };
}

async function prepare(
  context: ObjectsContext,
  bucket: Bucket,
  options: RemoveVersionOptions,
): Promise<Preparation<VersionRow | undefined>> {
  const { key, versionId, ifMatch } = options;
  const { id } = bucket.row;
  const [storedListing, storedNull] = await bucket.region.store.get([
    listing.key(id, key),
    nullVersions.key(id, key),
  ]);
  const nullStamp = storedNull === undefined ? undefined : nullVersions.decode(storedNull).stamp;
  const stamp = versionId === 'null' ? nullStamp : stampOfVersionId(versionId);
  if (storedListing === undefined || stamp === undefined) return { settled: undefined };
  const newest = listing.decode(storedListing);
  const tally = new Tally();
  const removal = await prepareRemoval(bucket, key, stamp, tally, context.site.clock.now());
  const named = removal !== undefined && (versionId === 'null' || removal.row.versionId === versionId);
  if (!named) return { settled: undefined };
  checkIfMatch(removal.row, ifMatch);

  const writes: Write[] = [...removal.writes, ...tally.writes()];
  writes.push(await listingWrite(bucket, key, stamp, newest));
  if (nullStamp === stamp) writes.push(await nullWrite(bucket, key, stamp));
  return {
    checks: [listing.check(storedListing.version, id, key), ...removal.checks],
    writes,
    result: removal.row,
    happened: async () => !(await versionStands(bucket, key, removal.row)),
  };
}

function checkIfMatch(row: VersionRow, ifMatch: string | undefined): void {
  if (ifMatch === undefined || ifMatch === '*') return;
  if (row.kind !== 'object' || row.etag !== ifMatch.replaceAll('"', '')) throw preconditionFailed('If-Match');
}

/** Written also where it does not change: it is the key's lock. */
async function listingWrite(
  bucket: Bucket,
  key: string,
  removed: OrderStamp,
  newest: ListingRow,
): Promise<Write> {
  const { id } = bucket.row;
  if (newest.stamp !== removed) return listing.put(id, key, newest);
  const next = await newestOtherThan(bucket, key, removed);
  return next === undefined ? listing.delete(id, key) : listing.put(id, key, listingRowOf(next));
}

async function nullWrite(bucket: Bucket, key: string, removed: OrderStamp): Promise<Write> {
  const { id, replicationSeen } = bucket.row;
  // Only replicas can make a key have more than one null.
  const next = replicationSeen ? await newestNullBelow(bucket, key, removed) : undefined;
  return next === undefined ? nullVersions.delete(id, key) : nullVersions.put({ stamp: next.stamp }, id, key);
}
