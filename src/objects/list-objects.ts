import type { Bucket } from '../buckets/bucket.ts';
import { listing } from '../store/tables/listing.ts';
import { stampMilliseconds } from '../store/tables/order-stamp.ts';
import type { ListingRow } from '../store/tables/rows.ts';
import { commonPrefixOf } from './common-prefix.ts';
import type { ObjectsContext } from './context.ts';
import { RowWalk } from './row-walk.ts';

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

/** Keys in the order of their UTF-8 bytes. */
export async function listObjects(
  _context: ObjectsContext,
  bucket: Bucket,
  options: ListObjectsOptions,
): Promise<ObjectsPage> {
  const { prefix = '', delimiter, after, entriesMax } = options;
  const { id } = bucket.row;
  const objects: ListedObject[] = [];
  const commonPrefixes: string[] = [];
  if (entriesMax <= 0) return { objects, commonPrefixes };
  const walk = new RowWalk(
    bucket.region.store,
    listing.range(id, prefix),
    entriesMax,
    delimiter !== undefined,
  );
  if (after !== undefined) walk.seek(startAfter(id, after, prefix, delimiter));
  let last = after;
  let lastEntry = after;
  for (let row = await walk.next(); row !== undefined; row = await walk.next()) {
    const key = listing.objectKeyOf(row);
    if (walk.exhausted) return { objects, commonPrefixes, ...(last === undefined ? {} : { next: last }) };
    const listed = listing.decode(row);
    if (listed.deleteMarker) {
      last = key;
      continue;
    }
    if (objects.length + commonPrefixes.length >= entriesMax) {
      return { objects, commonPrefixes, next: lastEntry ?? '' };
    }
    const common = commonPrefixOf(key, prefix, delimiter);
    if (common === undefined) {
      objects.push({ key, row: listed, lastModifiedMs: stampMilliseconds(listed.stamp) });
      last = key;
    } else {
      commonPrefixes.push(common);
      last = common;
      walk.seek(listing.afterPrefix(id, common));
    }
    lastEntry = last;
  }
  return { objects, commonPrefixes };
}

/** A page that ended at a common prefix goes on behind everything that it stands for. */
function startAfter(bucketId: string, after: string, prefix: string, delimiter: string | undefined): Buffer {
  return commonPrefixOf(after, prefix, delimiter) === after
    ? listing.afterPrefix(bucketId, after)
    : listing.after(bucketId, after);
}
