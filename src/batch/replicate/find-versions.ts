import type { Bucket } from '../../buckets/bucket.ts';
import type { FailureCode } from '../../replication/failure-codes.ts';
import type { RowVersion } from '../../store/kv/key-value-store.ts';
import { facets } from '../../store/tables/facets.ts';
import { listing } from '../../store/tables/listing.ts';
import { nullVersions } from '../../store/tables/null-versions.ts';
import type { OrderStamp } from '../../store/tables/order-stamp.ts';
import type { FacetsRow, VersionHead } from '../../store/tables/rows.ts';
import { stampOfVersionId } from '../../store/tables/version-id.ts';
import { versions } from '../../store/tables/versions.ts';

/** Rows of versions read at once: that of an object of 10,000 parts has some MiB. */
const VERSIONS_READ_MAX = 32;

export interface WantedVersion {
  readonly key: string;
  /** `null`, 32 characters, or absent: the newest at this moment. */
  readonly versionId?: string;
}

export interface FoundVersion {
  readonly row: VersionHead;
  readonly rowVersion: RowVersion;
  readonly facets: FacetsRow;
}

/** Many versions of one bucket, delete markers too, in rounds of two reads: one finds those that are named by `null` or
 * not at all. In the order asked for; a code where there is no such version.
 * @param withFacets without them half as many rows are read
 * @throws StoreUnavailableError */
export async function findVersions(
  bucket: Bucket,
  wanted: readonly WantedVersion[],
  withFacets: boolean,
): Promise<(FoundVersion | FailureCode)[]> {
  const found: (FoundVersion | FailureCode)[] = [];
  for (let at = 0; at < wanted.length; at += VERSIONS_READ_MAX) {
    found.push(...(await findSome(bucket, wanted.slice(at, at + VERSIONS_READ_MAX), withFacets)));
  }
  return found;
}

async function findSome(
  bucket: Bucket,
  wanted: readonly WantedVersion[],
  withFacets: boolean,
): Promise<(FoundVersion | FailureCode)[]> {
  const { id } = bucket.row;
  const stamps = await stampsOf(bucket, wanted);
  const keys: Buffer[] = [];
  for (const [index, { key }] of wanted.entries()) {
    const stamp = stamps[index];
    if (stamp === undefined) continue;
    keys.push(versions.key(id, key, stamp));
    if (withFacets) keys.push(facets.key(id, key, stamp));
  }
  const rows = await bucket.region.store.get(keys);
  let at = 0;
  return wanted.map(({ versionId }, index) => {
    if (stamps[index] === undefined) return missing(versionId);
    const stored = rows[at];
    const storedFacets = withFacets ? rows[at + 1] : undefined;
    at += withFacets ? 2 : 1;
    if (stored === undefined) return missing(versionId);
    const row = versions.decodeHead(stored);
    const named = versionId !== undefined && versionId !== 'null';
    if (named && row.versionId !== versionId) return missing(versionId);
    return {
      row,
      rowVersion: stored.version,
      facets: storedFacets === undefined ? {} : facets.decode(storedFacets),
    };
  });
}

function missing(versionId: string | undefined): FailureCode {
  return versionId === undefined ? 'SrcKeyNotFound' : 'SrcVersionNotFound';
}

/** Undefined where nothing has this name. An id that no Holdfast ever issued is one of those. */
async function stampsOf(
  bucket: Bucket,
  wanted: readonly WantedVersion[],
): Promise<(OrderStamp | undefined)[]> {
  const { id } = bucket.row;
  const named = wanted.map(({ versionId }) => versionId !== undefined && versionId !== 'null');
  const pointers = wanted.filter((_, index) => named[index] === false);
  const rows = await bucket.region.store.get(
    pointers.map(({ key, versionId }) =>
      versionId === undefined ? listing.key(id, key) : nullVersions.key(id, key),
    ),
  );
  let at = 0;
  return wanted.map(({ versionId = '' }, index) => {
    if (named[index] === true) return stampOfVersionId(versionId);
    const stored = rows[at];
    at += 1;
    if (stored === undefined) return undefined;
    return versionId === 'null' ? nullVersions.decode(stored).stamp : listing.decode(stored).stamp;
  });
}
