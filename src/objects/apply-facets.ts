import type { Bucket } from '../buckets/bucket.ts';
import type { FacetsRow, VersionRow } from '../store/tables/rows.ts';
import type { ObjectsContext } from './context.ts';

export type ApplyFacetsOutcome =
  | { readonly outcome: 'applied' | 'already-there' }
  | { readonly outcome: 'hard-deleted' | 'version-missing' };

/** A change of facets of a version that has already arrived; each facet merges by its own stamp. */
export async function applyFacets(
  context: ObjectsContext,
  bucket: Bucket,
  change: {
    readonly key: string;
    readonly version: Pick<VersionRow, 'versionId' | 'stamp'>;
    readonly facets: FacetsRow;
  },
): Promise<ApplyFacetsOutcome> {
  throw new Error(`not built ${context.site.siteId} ${bucket.row.name} ${change.key}`);
}
