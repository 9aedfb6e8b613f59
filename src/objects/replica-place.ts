import type { Bucket } from '../buckets/bucket.ts';
import { ABSENT, type RowVersion } from '../store/kv/key-value-store.ts';
import { facets } from '../store/tables/facets.ts';
import { listing } from '../store/tables/listing.ts';
import { nullVersions } from '../store/tables/null-versions.ts';
import { type OrderStamp, stampMilliseconds } from '../store/tables/order-stamp.ts';
import type { FacetsRow, ListingRow, VersionRow } from '../store/tables/rows.ts';
import { tombstones } from '../store/tables/tombstones.ts';
import { stampOfVersionId } from '../store/tables/version-id.ts';
import { versions } from '../store/tables/versions.ts';
import type { ApplyOutcome, Replica } from './apply-replica.ts';
import { versionsOf } from './key-versions.ts';
import { CLOCK_AHEAD_MS_MAX } from './limits.ts';
import { originOfStamp } from './stamps.ts';

/** What stands here where a replica wants to go, and around it. */
export interface ReplicaPlace {
  readonly newest?: ListingRow;
  readonly listingVersion: RowVersion;
  readonly nullStamp?: OrderStamp;
  /** The version that is here already: the same one. */
  readonly existing?: { readonly row: VersionRow; readonly rowVersion: RowVersion };
  readonly facets: FacetsRow;
  readonly facetsVersion: RowVersion;
  /** An older null of the same source, which this one replaces. */
  readonly replacedNull?: OrderStamp;
}

export async function readReplicaPlace(
  bucket: Bucket,
  replica: Replica,
  nowMs: number,
): Promise<ReplicaPlace | Exclude<ApplyOutcome, { readonly outcome: 'applied' }>> {
  const { key, version } = replica;
  const { id } = bucket.row;
  if (bucket.row.versioning !== 'Enabled') return { outcome: 'bucket-unversioned' };
  const aheadMs = stampMilliseconds(version.stamp) - nowMs;
  if (aheadMs > CLOCK_AHEAD_MS_MAX) return { outcome: 'clock-skew', aheadMs };
  if (stampOfVersionId(version.versionId) !== version.stamp) return { outcome: 'refused' };
  const keys = [
    listing.key(id, key),
    tombstones.key(id, key, version.stamp),
    versions.key(id, key, version.stamp),
    facets.key(id, key, version.stamp),
    nullVersions.key(id, key),
  ];
  const [storedListing, tombstone, stored, storedFacets, storedNull] = await bucket.region.store.get(keys);
  if (tombstone !== undefined) return { outcome: 'hard-deleted' };
  const row = stored === undefined ? undefined : versions.decode(stored);
  if (row !== undefined && !sameVersion(row, version)) return { outcome: 'refused' };
  const nulls =
    version.nullVersion && row === undefined ? await nullsOfSource(bucket, key, version.stamp) : NO_NULLS;
  if (nulls.newer) return { outcome: 'superseded' };
  return {
    listingVersion: storedListing?.version ?? ABSENT,
    ...(storedListing === undefined ? {} : { newest: listing.decode(storedListing) }),
    ...(storedNull === undefined ? {} : { nullStamp: nullVersions.decode(storedNull).stamp }),
    ...(row === undefined || stored === undefined ? {} : { existing: { row, rowVersion: stored.version } }),
    facets: storedFacets === undefined ? {} : facets.decode(storedFacets),
    facetsVersion: storedFacets?.version ?? ABSENT,
    ...(nulls.older === undefined ? {} : { replacedNull: nulls.older }),
  };
}

/** A version id names one version for ever: with other content it is somebody else's. */
function sameVersion(ours: VersionRow, theirs: VersionRow): boolean {
  if (ours.versionId !== theirs.versionId || ours.kind !== theirs.kind) return false;
  if (ours.kind === 'delete-marker' || theirs.kind === 'delete-marker') return true;
  return ours.size === theirs.size && ours.etag === theirs.etag;
}

const NO_NULLS = { newer: false, older: undefined } as const;

/** The other null of the same source bucket, which its stamp's origin names: of those only the newest stays. */
async function nullsOfSource(
  bucket: Bucket,
  key: string,
  stamp: OrderStamp,
): Promise<{ readonly newer: boolean; readonly older: OrderStamp | undefined }> {
  for await (const row of versionsOf(bucket, key)) {
    if (!row.nullVersion || originOfStamp(row.stamp) !== originOfStamp(stamp)) continue;
    return row.stamp > stamp ? { newer: true, older: undefined } : { newer: false, older: row.stamp };
  }
  return NO_NULLS;
}
