import type { Bucket } from '../buckets/bucket.ts';
import type { PartRow } from '../store/tables/parts.ts';
import type { UploadRow } from '../store/tables/uploads.ts';
import type { ObjectsContext } from './context.ts';
import { findUpload } from './find-upload.ts';
import { readParts } from './upload-parts.ts';

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
  _context: ObjectsContext,
  bucket: Bucket,
  options: ListPartsOptions,
): Promise<PartsPage> {
  const { key, uploadId, partNumberMarker = 0, partsMax } = options;
  const upload = await findUpload(bucket, key, uploadId);
  if (partsMax <= 0) return { upload: upload.row, parts: [], truncated: false };
  const found = await readParts(bucket, uploadId, partNumberMarker, partsMax + 1);
  return {
    upload: upload.row,
    parts: found.slice(0, partsMax).map(({ partNumber, row }) => ({ partNumber, row })),
    truncated: found.length > partsMax,
  };
}
