import type { Bucket } from '../buckets/bucket.ts';
import type { VersionRow } from '../store/tables/rows.ts';
import type { ObjectsContext } from './context.ts';

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
  readonly row: VersionRow;
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

/** @throws AwsError InvalidArgument for a version id marker that nobody issued */
export async function listVersions(
  context: ObjectsContext,
  bucket: Bucket,
  options: ListVersionsOptions,
): Promise<VersionsPage> {
  throw new Error(`not built ${context.site.siteId} ${bucket.row.name} ${options.entriesMax}`);
}
