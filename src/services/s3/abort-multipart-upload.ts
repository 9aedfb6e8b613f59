import { notImplemented } from '../../errors/s3.ts';
import { abortMultipartUpload } from '../../objects/abort-multipart-upload.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import type { S3Handler } from './s3-handler.ts';

export const AbortMultipartUpload =
  (objects: ObjectsContext): S3Handler<'AbortMultipartUpload'> =>
  async (input, call) => {
    const condition = 'x-amz-if-match-initiated-time';
    if (call.headers[condition] !== undefined) throw notImplemented(condition);
    const bucket = await objects.buckets.require(input.Bucket);
    await abortMultipartUpload(objects, bucket, { key: input.Key, uploadId: input.UploadId });
    return {};
  };
