import type { Bucket } from '../buckets/bucket.ts';
import type { ListingRow } from '../store/tables/rows.ts';
import type { ObjectsContext } from './context.ts';

export interface ListObjectsOptions {
  readonly prefix?: string;
  readonly delimiter?: string;
  /** List what comes after this key: marker, start-after or the place a continuation token stands for. */
  readonly after?: string;
  /** Objects and common prefixes together; 0 to 1,000. */
  readonly entriesMax: number;
}

export interface ListedObject {
  readonly key: string;
  readonly row: ListingRow;
  readonly lastModifiedMs: number;
}

export interface ObjectsPage {
  readonly objects: readonly ListedObject[];
  readonly commonPrefixes: readonly string[];
  /** Present where the list is truncated: `after` of the next page (a key or a common prefix). A page may be truncated
   * with fewer entries than asked, even none, where many delete markers lie in the way. */
  readonly next?: string;
}

export async function listObjects(
  context: ObjectsContext,
  bucket: Bucket,
  options: ListObjectsOptions,
): Promise<ObjectsPage> {
  throw new Error(`not built ${context.site.siteId} ${bucket.row.name} ${options.entriesMax}`);
}
