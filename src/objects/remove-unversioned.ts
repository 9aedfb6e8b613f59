import type { Bucket } from '../buckets/bucket.ts';
import { listing } from '../store/tables/listing.ts';
import { nullVersions } from '../store/tables/null-versions.ts';
import { versionStands } from './commit-object.ts';
import { commitOnBucket, type Preparation } from './commit-on-bucket.ts';
import { checkWriteConditions } from './conditions.ts';
import type { ObjectsContext } from './context.ts';
import type { DeletedObject, DeleteObjectOptions } from './delete-object.ts';
import { prepareRemoval } from './removal.ts';
import { Tally } from './tally.ts';

const DELETED: DeletedObject = { deleteMarker: false };

/** A delete in a bucket that was never versioned: the object goes, and what is not there is deleted, too. Undefined
 * when versioning was set meanwhile. */
export async function removeUnversioned(
  context: ObjectsContext,
  bucket: Bucket,
  options: DeleteObjectOptions,
): Promise<DeletedObject | undefined> {
  const { result } = await commitOnBucket(context, bucket, (current) => prepare(context, current, options));
  return result;
}

async function prepare(
  context: ObjectsContext,
  bucket: Bucket,
  { key, ifMatch }: DeleteObjectOptions,
): Promise<Preparation<DeletedObject | undefined>> {
  const { id, versioning } = bucket.row;
  if (versioning !== 'unversioned') return { settled: undefined };
  const [stored] = await bucket.region.store.get([listing.key(id, key)]);
  const newest = stored === undefined ? undefined : listing.decode(stored);
  if (ifMatch !== undefined) checkWriteConditions({ ifMatch }, key, newest);
  if (stored === undefined || newest === undefined) return { settled: DELETED };
  const tally = new Tally();
  const removal = await prepareRemoval(bucket, key, newest.stamp, tally, context.site.clock.now());
  return {
    checks: [listing.check(stored.version, id, key), ...(removal?.checks ?? [])],
    writes: [
      ...(removal?.writes ?? []),
      listing.delete(id, key),
      nullVersions.delete(id, key),
      ...tally.writes(),
    ],
    result: DELETED,
    happened: async () => !(await versionStands(bucket, key, newest)),
  };
}
