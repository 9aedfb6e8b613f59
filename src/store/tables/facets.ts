import type { FacetsRow } from './rows.ts';
import { TABLES } from './table-numbers.ts';
import { versionedTable } from './versioned-table.ts';

/** What can change on a version. Absent until the first facet is set. */
export const facets = versionedTable<FacetsRow>(TABLES.facets);
