import type { Bucket } from '../buckets/bucket.ts';
import type { ObjectsContext } from './context.ts';

/** Removes the upload and its parts; bytes become garbage.
 * @throws AwsError NoSuchUpload */
export async function abortMultipartUpload(
  context: ObjectsContext,
  bucket: Bucket,
  options: { readonly key: string; readonly uploadId: string },
): Promise<void> {
  throw new Error(`not built ${context.site.siteId} ${bucket.row.name} ${options.key}`);
}
