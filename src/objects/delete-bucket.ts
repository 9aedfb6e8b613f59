import type { Bucket } from '../buckets/bucket.ts';
import { AwsError } from '../errors/aws-error.ts';
import { operationAborted } from '../errors/s3.ts';
import { abortMultipartUpload } from './abort-multipart-upload.ts';
import type { ObjectsContext } from './context.ts';
import { COMMIT_ATTEMPTS_MAX } from './limits.ts';
import { listMultipartUploads, type UploadsPage } from './list-multipart-uploads.ts';

/** Uploads of one read. */
const UPLOADS_READ_MAX = 100;

/** Deletes a bucket without objects; uploads that are in progress end with it. Of directory buckets alone the API
 * reference says that such uploads keep them.
 * @throws AwsError BucketNotEmpty, and its uploads go on; NoSuchBucket; OperationAborted while clients keep beginning new ones */
export async function deleteBucket(context: ObjectsContext, bucket: Bucket): Promise<void> {
  for (let attempt = 0; attempt < COMMIT_ATTEMPTS_MAX; attempt += 1) {
    if ((await context.buckets.delete(bucket)) === 'deleted') return;
    await abortUploads(context, bucket);
  }
  throw operationAborted();
}

async function abortUploads(context: ObjectsContext, bucket: Bucket): Promise<void> {
  let next: UploadsPage['next'] = { keyMarker: '' };
  while (next !== undefined) {
    const page: UploadsPage = await listMultipartUploads(context, bucket, {
      uploadsMax: UPLOADS_READ_MAX,
      ...next,
    });
    for (const { key, row } of page.uploads) await abort(context, bucket, key, row.uploadId);
    next = page.next;
  }
}

async function abort(context: ObjectsContext, bucket: Bucket, key: string, uploadId: string): Promise<void> {
  try {
    await abortMultipartUpload(context, bucket, { key, uploadId });
  } catch (error) {
    // Its client was first.
    if (!(error instanceof AwsError && error.code === 'NoSuchUpload')) throw error;
  }
}
