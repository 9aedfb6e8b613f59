import type { Bucket } from '../buckets/bucket.ts';
import type { UploadRow } from '../store/tables/uploads.ts';
import type { ObjectsContext } from './context.ts';
import type { NewObject } from './put-object.ts';

export interface CreateMultipartUploadOptions extends NewObject {
  readonly initiator: UploadRow['initiator'];
  /** Absent: CRC64NVME over the whole object, whatever the parts carry ("null checksum mode"). */
  readonly checksum?: UploadRow['checksum'];
}

export async function createMultipartUpload(
  context: ObjectsContext,
  bucket: Bucket,
  options: CreateMultipartUploadOptions,
): Promise<UploadRow> {
  throw new Error(`not built ${context.site.siteId} ${bucket.row.name} ${options.key}`);
}
