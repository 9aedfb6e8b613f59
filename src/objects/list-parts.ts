import type { Bucket } from '../buckets/bucket.ts';
import type { PartRow } from '../store/tables/parts.ts';
import type { UploadRow } from '../store/tables/uploads.ts';
import type { ObjectsContext } from './context.ts';

export interface ListPartsOptions {
  readonly key: string;
  readonly uploadId: string;
  /** 0 where absent. */
  readonly partNumberMarker?: number;
  /** At most 1,000. */
  readonly partsMax: number;
}

export interface PartsPage {
  readonly upload: UploadRow;
  readonly parts: readonly { readonly partNumber: number; readonly row: PartRow }[];
  readonly truncated: boolean;
}

/** @throws AwsError NoSuchUpload */
export async function listParts(
  context: ObjectsContext,
  bucket: Bucket,
  options: ListPartsOptions,
): Promise<PartsPage> {
  throw new Error(`not built ${context.site.siteId} ${bucket.row.name} ${options.key}`);
}
