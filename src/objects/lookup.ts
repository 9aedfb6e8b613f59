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
import { READ_ATTEMPTS_MAX } from './limits.ts';
import { type FoundDelivery, readDeliveries } from './read-deliveries.ts';

export interface FoundVersion {
  readonly row: VersionRow;
  readonly rowVersion: RowVersion;
  readonly facets: FacetsRow;
  readonly facetsVersion: RowVersion;
  readonly deliveries: ReadonlyMap<string, FoundDelivery>;
  /** Sealed bytes of the first part, where they lie inline and were asked for. */
  readonly inline?: Buffer;
}

export interface VersionName {
  readonly key: string;
  /** As on the wire: `null` or 32 characters; absent: the newest. */
  readonly versionId?: string;
}

/** The version that a request names, a delete marker too. Two rounds of reads for the newest one, one by id.
 * @throws AwsError NoSuchKey, NoSuchVersion, InvalidArgument */
export async function lookupVersion(
  bucket: Bucket,
  name: VersionName,
  inlineWanted: boolean,
): Promise<FoundVersion> {
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
    return listing.decode(stored).stamp;
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

/** One version by its place, or undefined when there is none. One round. */
export async function readVersion(
  bucket: Bucket,
  key: string,
  stamp: OrderStamp,
  inlineWanted = false,
): Promise<FoundVersion | undefined> {
  const { id } = bucket.row;
  const keys = [versions.key(id, key, stamp), facets.key(id, key, stamp)];
  if (inlineWanted) keys.push(inlineBytes.key(id, key, stamp, 0));
  const reading = bucket.region.store.get(keys);
  const [[stored, storedFacets, inline], deliveries] = bucket.row.replicationSeen
    ? await Promise.all([reading, readDeliveries(bucket, key, stamp)])
    : [await reading, NO_DELIVERIES];
  if (stored === undefined) return undefined;
  return {
    row: versions.decode(stored),
    rowVersion: stored.version,
    facets: storedFacets === undefined ? NO_FACETS : facets.decode(storedFacets),
    facetsVersion: storedFacets?.version ?? ABSENT,
    deliveries,
    ...inlineOf(inline),
  };
}

const NO_FACETS: FacetsRow = {};
const NO_DELIVERIES: ReadonlyMap<string, FoundDelivery> = new Map();

function inlineOf(row: Row | undefined): { inline?: Buffer } {
  return row === undefined ? {} : { inline: inlineBytes.decode(row) };
}
