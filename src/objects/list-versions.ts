import type { Bucket } from '../buckets/bucket.ts';
import { invalidVersionId } from '../errors/s3.ts';
import { encodeOpenKey, keyAfter, keyAfterPrefix } from '../store/kv/tuple.ts';
import { nullVersions } from '../store/tables/null-versions.ts';
import type { OrderStamp } from '../store/tables/order-stamp.ts';
import type { VersionHead } from '../store/tables/rows.ts';
import { TABLES } from '../store/tables/table-numbers.ts';
import { stampOfVersionId } from '../store/tables/version-id.ts';
import { versions } from '../store/tables/versions.ts';
import { commonPrefixOf } from './common-prefix.ts';
import type { ObjectsContext } from './context.ts';
import { RowWalk } from './row-walk.ts';
import { lastModifiedMs, shownVersionId } from './version-form.ts';

export interface ListVersionsOptions {
  readonly prefix?: string;
  readonly delimiter?: string;
  readonly keyMarker?: string;
  /** As on the wire; only with `keyMarker`. */
  readonly versionIdMarker?: string;
  /** Versions and common prefixes together; 0 to 1,000. */
  readonly entriesMax: number;
}

export interface ListedVersion {
  readonly key: string;
  readonly row: VersionHead;
  /** As on the wire: `null` for the null version. */
  readonly versionId: string;
  readonly latest: boolean;
  readonly lastModifiedMs: number;
}

export interface VersionsPage {
  /** Objects and delete markers in their one order. */
  readonly versions: readonly ListedVersion[];
  readonly commonPrefixes: readonly string[];
  /** Present where the list is truncated; no version id where it stopped at a common prefix. */
  readonly next?: { readonly keyMarker: string; readonly versionIdMarker?: string };
}

/** Keys in the order of their UTF-8 bytes, versions of a key newest first.
 * @throws AwsError InvalidArgument for a version id marker that nobody issued */
export async function listVersions(
  _context: ObjectsContext,
  bucket: Bucket,
  options: ListVersionsOptions,
): Promise<VersionsPage> {
  const { prefix = '', delimiter, keyMarker, entriesMax } = options;
  const { id } = bucket.row;
  const page = { versions: [] as ListedVersion[], commonPrefixes: [] as string[] };
  if (entriesMax <= 0) return page;
  const range = {
    start: encodeOpenKey(TABLES.versions, id, prefix),
    end: keyAfterPrefix(encodeOpenKey(TABLES.versions, id, prefix)),
  };
  const walk = new RowWalk(bucket.region.store, range, entriesMax, delimiter !== undefined);
  const marker = keyMarker === undefined ? undefined : await placeOf(bucket, options, keyMarker);
  if (marker !== undefined) walk.seek(marker.start);
  // Inside the marker's key every version has a newer one.
  let previousKey = marker?.inside === true ? keyMarker : undefined;
  let nullShown = marker?.nullPassed ?? false;
  let next: VersionsPage['next'];
  for (let row = await walk.next(); row !== undefined; row = await walk.next()) {
    if (page.versions.length + page.commonPrefixes.length >= entriesMax) {
      return next === undefined ? page : { ...page, next };
    }
    const key = versions.objectKeyOf(row);
    const common = commonPrefixOf(key, prefix, delimiter);
    if (common !== undefined) {
      page.commonPrefixes.push(common);
      next = { keyMarker: common };
      walk.seek(keyAfterPrefix(encodeOpenKey(TABLES.versions, id, common)));
      continue;
    }
    const version = versions.decodeHead(row);
    const latest = key !== previousKey;
    if (latest) nullShown = false;
    const versionId = version.nullVersion && nullShown ? version.versionId : shownVersionId(version);
    nullShown ||= version.nullVersion;
    page.versions.push({ key, row: version, versionId, latest, lastModifiedMs: lastModifiedMs(version) });
    next = { keyMarker: key, versionIdMarker: versionId };
    previousKey = key;
  }
  return page;
}

interface Place {
  readonly start: Buffer;
  /** The list goes on among the versions of the marker's key. */
  readonly inside: boolean;
  readonly nullPassed: boolean;
}

async function placeOf(bucket: Bucket, options: ListVersionsOptions, keyMarker: string): Promise<Place> {
  const { prefix = '', delimiter, versionIdMarker } = options;
  const { id } = bucket.row;
  if (versionIdMarker === undefined || versionIdMarker === '') {
    const isCommon = commonPrefixOf(keyMarker, prefix, delimiter) === keyMarker;
    const start = isCommon
      ? keyAfterPrefix(encodeOpenKey(TABLES.versions, id, keyMarker))
      : versions.range(id, keyMarker).end;
    return { start, inside: false, nullPassed: false };
  }
  const nullStamp = await nullStampOf(bucket, keyMarker);
  const stamp = versionIdMarker === 'null' ? nullStamp : stampOfVersionId(versionIdMarker);
  if (stamp === undefined) {
    if (versionIdMarker !== 'null') throw invalidVersionId(versionIdMarker);
    // The null version has gone since: nothing tells where it stood.
    return { start: versions.range(id, keyMarker).end, inside: false, nullPassed: false };
  }
  return {
    start: keyAfter(versions.key(id, keyMarker, stamp)),
    inside: true,
    nullPassed: nullStamp !== undefined && nullStamp >= stamp,
  };
}

async function nullStampOf(bucket: Bucket, key: string): Promise<OrderStamp | undefined> {
  const [stored] = await bucket.region.store.get([nullVersions.key(bucket.row.id, key)]);
  return stored === undefined ? undefined : nullVersions.decode(stored).stamp;
}
