import { jsonTable } from './json-table.ts';
import { TABLES } from './table-numbers.ts';

/** One life of a writer of blobs. A commit that names a blob checks that the row of its incarnation still has
 * the version it was put with; a dead one's row stays until its blobs that were never named are swept. */
export interface IncarnationRow {
  readonly startedAtMs: number;
  readonly dead?: boolean;
}

export const incarnations = jsonTable<IncarnationRow, readonly [incarnation: string]>(TABLES.incarnations);
