import type { Bucket } from '../buckets/bucket.ts';
import { facets } from '../store/tables/facets.ts';
import type { FacetsRow, VersionRow } from '../store/tables/rows.ts';
import { tombstones } from '../store/tables/tombstones.ts';
import { commitOnBucket, type Preparation } from './commit-on-bucket.ts';
import type { ObjectsContext } from './context.ts';
import { readVersion } from './lookup.ts';
import { mergeFacets } from './merge-facets.ts';
import { versionCheck } from './version-writes.ts';

export type ApplyFacetsOutcome =
  | { readonly outcome: 'applied' | 'already-there' }
  | { readonly outcome: 'hard-deleted' | 'version-missing' };

export interface FacetsChange {
  readonly key: string;
  readonly version: Pick<VersionRow, 'versionId' | 'stamp'>;
  readonly facets: FacetsRow;
}

/** A change of facets of a version that has already arrived; each facet merges by its own stamp.
 * @throws AwsError NoSuchBucket */
export async function applyFacets(
  context: ObjectsContext,
  bucket: Bucket,
  change: FacetsChange,
): Promise<ApplyFacetsOutcome> {
  const { result } = await commitOnBucket(context, bucket, (current) => prepare(current, change));
  return result;
}

async function prepare(
  bucket: Bucket,
  { key, version, facets: theirs }: FacetsChange,
): Promise<Preparation<ApplyFacetsOutcome>> {
  const { id } = bucket.row;
  const { stamp, versionId } = version;
  const found = await readVersion(bucket, key, stamp);
  if (found === undefined || found.row.versionId !== versionId) {
    const [tombstone] = await bucket.region.store.get([tombstones.key(id, key, stamp)]);
    return { settled: { outcome: tombstone === undefined ? 'version-missing' : 'hard-deleted' } };
  }
  const merged = mergeFacets(found.facets, theirs);
  if (merged === found.facets) return { settled: { outcome: 'already-there' } };
  return {
    checks: [
      versionCheck(bucket, key, found.row, found.rowVersion),
      facets.check(found.facetsVersion, id, key, stamp),
    ],
    writes: [facets.put(merged, id, key, stamp)],
    result: { outcome: 'applied' },
    // Merging twice is merging once.
    happened: async () => false,
  };
}
