import type { Bucket } from '../buckets/bucket.ts';
import type { PartRow } from '../store/tables/parts.ts';
import type { ObjectsContext } from './context.ts';
import type { IncomingBody } from './incoming-body.ts';

export interface UploadPartOptions {
  readonly key: string;
  readonly uploadId: string;
  readonly partNumber: number;
  readonly body: IncomingBody;
}

/** @throws AwsError NoSuchUpload, InvalidArgument (part number), InvalidRequest (checksum algorithm), BadDigest,
 *   EntityTooLarge */
export async function uploadPart(
  context: ObjectsContext,
  bucket: Bucket,
  options: UploadPartOptions,
): Promise<PartRow> {
  throw new Error(`not built ${context.site.siteId} ${bucket.row.name} ${options.key}`);
}
