import type { Bucket } from '../buckets/bucket.ts';
import type { UploadRow } from '../store/tables/uploads.ts';
import type { ObjectsContext } from './context.ts';

export interface ListMultipartUploadsOptions {
  readonly prefix?: string;
  readonly delimiter?: string;
  readonly keyMarker?: string;
  /** Ignored without `keyMarker`. */
  readonly uploadIdMarker?: string;
  /** At most 1,000. */
  readonly uploadsMax: number;
}

export interface UploadsPage {
  readonly uploads: readonly { readonly key: string; readonly row: UploadRow }[];
  readonly commonPrefixes: readonly string[];
  /** Present where the list is truncated; no upload id where it stopped at a common prefix. */
  readonly next?: { readonly keyMarker: string; readonly uploadIdMarker?: string };
}

/** @throws AwsError InvalidArgument for an upload id marker that is not of that key */
export async function listMultipartUploads(
  context: ObjectsContext,
  bucket: Bucket,
  options: ListMultipartUploadsOptions,
): Promise<UploadsPage> {
  throw new Error(`not built ${context.site.siteId} ${bucket.row.name} ${options.uploadsMax}`);
}
