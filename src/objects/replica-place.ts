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
  /** Read for a null version only. */
  readonly nullStamp?: OrderStamp;
  /** The version that is here already: the same one. */
  readonly existing?: ExistingReplica;
  /** An older null of the same source, which this one replaces. */
  readonly replacedNull?: OrderStamp;
}

export interface ExistingReplica {
  readonly row: VersionRow;
  readonly rowVersion: RowVersion;
  readonly facets: FacetsRow;
  readonly facetsVersion: RowVersion;
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
  ];
  if (version.nullVersion) keys.push(nullVersions.key(id, key));
  const [storedListing, tombstone, stored, storedNull] = await bucket.region.store.get(keys);
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
    ...(row === undefined || stored === undefined
      ? {}
      : { existing: await withFacets(bucket, key, row, stored.version) }),
    ...(nulls.older === undefined ? {} : { replacedNull: nulls.older }),
  };
}

/** Nearly every replica is new. Where one is not, whoever writes its facets checks both rows. */
async function withFacets(
  { row: { id }, region }: Bucket,
  key: string,
  row: VersionRow,
  rowVersion: RowVersion,
): Promise<ExistingReplica> {
  const [stored] = await region.store.get([facets.key(id, key, row.stamp)]);
  return {
    row,
    rowVersion,
    facets: stored === undefined ? {} : facets.decode(stored),
    facetsVersion: stored?.version ?? ABSENT,
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
