import type { Bucket } from '../buckets/bucket.ts';
import { uploads } from '../store/tables/uploads.ts';
import { commitOnBucket } from './commit-on-bucket.ts';
import type { ObjectsContext } from './context.ts';
import { findUpload } from './find-upload.ts';
import { endUpload, readParts } from './upload-parts.ts';

/** Removes the upload and its parts; bytes become garbage.
 * @throws AwsError NoSuchUpload */
export async function abortMultipartUpload(
  context: ObjectsContext,
  bucket: Bucket,
  { key, uploadId }: { readonly key: string; readonly uploadId: string },
): Promise<void> {
  await commitOnBucket(context, bucket, async (current) => {
    const upload = await findUpload(current, key, uploadId);
    const found = await readParts(current, uploadId);
    return {
      ...endUpload(current, key, upload, found, new Set(), context.site.clock.now()),
      result: undefined,
      happened: async () => {
        const [stored] = await current.region.store.get([uploads.key(current.row.id, key, uploadId)]);
        return stored === undefined;
      },
    };
  });
}
