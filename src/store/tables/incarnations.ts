import { jsonTable } from './json-table.ts';
import { TABLES } from './table-numbers.ts';

/** One life of a writer of blobs. A commit that names a blob checks that the row of its incarnation still has
 * the version it was put with; removing the row declares the incarnation dead, and its unnamed blobs garbage. */
export interface IncarnationRow {
  readonly startedAtMs: number;
}

export const incarnations = jsonTable<IncarnationRow, readonly [incarnation: string]>(TABLES.incarnations);
