import type { FacetsRow } from '../store/tables/rows.ts';

/** Each facet is the one that was changed last, whichever side it comes from (DESIGN decision 9). The first argument
 * itself where the second has nothing newer. */
export function mergeFacets(ours: FacetsRow, theirs: FacetsRow): FacetsRow {
  if (theirs.tags === undefined) return ours;
  if (ours.tags !== undefined && ours.tags.stamp >= theirs.tags.stamp) return ours;
  return { ...ours, tags: theirs.tags };
}
