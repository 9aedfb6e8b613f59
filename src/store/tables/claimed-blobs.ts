import { jsonTable } from './json-table.ts';
import { TABLES } from './table-numbers.ts';

/** Written with the row that first names a blob, removed by the sweeper with the blob. It tells a blob of a dead
 * incarnation that was never committed from one that belongs to a version, without a scan of versions. */
export type ClaimedBlobRow = Readonly<Record<string, never>>;

export const claimedBlobs = jsonTable<ClaimedBlobRow, readonly [blob: string]>(TABLES.claimedBlobs);
