import type { Bucket } from '../buckets/bucket.ts';
import { invalidVersionId, noSuchKey, noSuchVersion, slowDown } from '../errors/s3.ts';
import type { Row, RowVersion } from '../store/kv/key-value-store.ts';
import { ABSENT } from '../store/kv/key-value-store.ts';
import { facets } from '../store/tables/facets.ts';
import { inlineBytes } from '../store/tables/inline-bytes.ts';
import { listing } from '../store/tables/listing.ts';
import { nullVersions } from '../store/tables/null-versions.ts';
import type { OrderStamp } from '../store/tables/order-stamp.ts';
import type { FacetsRow, VersionRow } from '../store/tables/rows.ts';
import { stampOfVersionId } from '../store/tables/version-id.ts';
import { versions } from '../store/tables/versions.ts';
import type { ObjectsContext } from './context.ts';
import { READ_ATTEMPTS_MAX } from './limits.ts';
import { type FoundDelivery, readDeliveries } from './read-deliveries.ts';
import type { KnownObject, RecentObject } from './recent-objects.ts';

export interface FoundVersion {
  readonly row: VersionRow;
  readonly rowVersion: RowVersion;
  readonly facets: FacetsRow;
  readonly facetsVersion: RowVersion;
  readonly deliveries: ReadonlyMap<string, FoundDelivery>;
  /** Sealed bytes of the first part, where they lie inline and were asked for. */
  readonly inline?: Buffer;
  /** In their place: the whole body, opened, of an object that was read before. */
  readonly body?: Buffer;
}

export interface VersionName {
  readonly key: string;
  /** As on the wire: `null` or 32 characters; absent: the newest. */
  readonly versionId?: string;
}

/** The version that a request names, a delete marker too. Two rounds of reads for the newest one, one where it was read
 * lately, and one by id.
 * @throws AwsError NoSuchKey, NoSuchVersion, InvalidArgument */
export async function lookupVersion(
  { recent }: Pick<ObjectsContext, 'recent'>,
  bucket: Bucket,
  name: VersionName,
  inlineWanted: boolean,
): Promise<FoundVersion> {
  if (name.versionId === undefined) {
    const seen = recent.find(bucket.row.id, name.key);
    const found = seen && (await readIfNewest(bucket, name.key, seen, inlineWanted));
    if (found !== undefined) return found;
  }
  for (let attempt = 0; attempt < READ_ATTEMPTS_MAX; attempt += 1) {
    const stamp = await stampOf(bucket, name);
    const found = await readVersion(bucket, name.key, stamp, inlineWanted);
    if (name.versionId === undefined || name.versionId === 'null') {
      // Gone since its name was read: another has taken its place, or none.
      if (found !== undefined) return found;
      continue;
    }
    if (found?.row.versionId !== name.versionId) throw noSuchVersion(name.key, name.versionId);
    return found;
  }
  throw slowDown();
}

async function stampOf(bucket: Bucket, { key, versionId }: VersionName): Promise<OrderStamp> {
  const { store } = bucket.region;
  if (versionId === undefined) {
    const [stored] = await store.get([listing.key(bucket.row.id, key)]);
    if (stored === undefined) throw noSuchKey(key);
    return listing.stampOf(stored);
  }
  if (versionId === 'null') {
    const [stored] = await store.get([nullVersions.key(bucket.row.id, key)]);
    if (stored === undefined) throw noSuchVersion(key, versionId);
    return nullVersions.decode(stored).stamp;
  }
  const stamp = stampOfVersionId(versionId);
  if (stamp === undefined) throw invalidVersionId(versionId);
  return stamp;
}

/** The version that was the newest when it was last read, unless it is gone or another is the newest now. One round. */
async function readIfNewest(
  bucket: Bucket,
  key: string,
  { stamp, known }: RecentObject,
  inlineWanted: boolean,
): Promise<FoundVersion | undefined> {
  const keys = versionKeys(bucket, key, stamp, inlineWanted && known?.body === undefined);
  const wanted = [listing.key(bucket.row.id, key), ...keys];
  const [[listed, ...rows], deliveries] = await readWithDeliveries(bucket, key, stamp, wanted);
  if (listed === undefined || listing.stampOf(listed) !== stamp) return undefined;
  return foundVersion(rows, deliveries, known);
}

/** One version by its place, or undefined when there is none. One round. */
export async function readVersion(
  bucket: Bucket,
  key: string,
  stamp: OrderStamp,
  inlineWanted = false,
): Promise<FoundVersion | undefined> {
  const keys = versionKeys(bucket, key, stamp, inlineWanted);
  const [rows, deliveries] = await readWithDeliveries(bucket, key, stamp, keys);
  return foundVersion(rows, deliveries);
}

/** The rows of `keys`, and the deliveries of the version at `stamp`. */
async function readWithDeliveries(
  bucket: Bucket,
  key: string,
  stamp: OrderStamp,
  keys: readonly Buffer[],
): Promise<readonly [readonly (Row | undefined)[], FoundVersion['deliveries']]> {
  const reading = bucket.region.store.get(keys);
  return bucket.row.replicationSeen
    ? await Promise.all([reading, readDeliveries(bucket, key, stamp)])
    : [await reading, NO_DELIVERIES];
}

function versionKeys(
  { row: { id } }: Bucket,
  key: string,
  stamp: OrderStamp,
  inlineWanted: boolean,
): Buffer[] {
  const keys = [versions.key(id, key, stamp), facets.key(id, key, stamp)];
  if (inlineWanted) keys.push(inlineBytes.key(id, key, stamp, 0));
  return keys;
}

/** @param rows of `versionKeys`
 * @param known stands for rows that have the same versions, which then need no decoding. */
function foundVersion(
  [stored, storedFacets, inline]: readonly (Row | undefined)[],
  deliveries: FoundVersion['deliveries'],
  known?: KnownObject,
): FoundVersion | undefined {
  if (stored === undefined) return undefined;
  const rowVersion = stored.version;
  const facetsVersion = storedFacets?.version ?? ABSENT;
  if (known?.rowVersion === rowVersion && known.facetsVersion === facetsVersion) {
    return { ...known, deliveries, ...inlineOf(inline) };
  }
  return {
    row: versions.decode(stored),
    rowVersion,
    facets: storedFacets === undefined ? NO_FACETS : facets.decode(storedFacets),
    facetsVersion,
    deliveries,
    ...inlineOf(inline),
  };
}

const NO_FACETS: FacetsRow = {};
const NO_DELIVERIES: FoundVersion['deliveries'] = new Map();

function inlineOf(row: Row | undefined): { inline?: Buffer } {
  return row === undefined ? {} : { inline: inlineBytes.decode(row) };
}
