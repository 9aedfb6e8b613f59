import type { ObjectsContext } from '../../objects/context.ts';
import { createMultipartUpload } from '../../objects/create-multipart-upload.ts';
import { writeContext } from './access-resources.ts';
import { initiatorOf } from './answers/owner.ts';
import { uploadChecksum } from './rules/multipart-checksum.ts';
import { newObject } from './rules/new-object.ts';
import type { S3Handler } from './s3-handler.ts';

export const CreateMultipartUpload =
  (objects: ObjectsContext): S3Handler<'CreateMultipartUpload'> =>
  async (input, call) => {
    const bucket = await objects.buckets.require(input.Bucket);
    const checksum = uploadChecksum(
      call.headers['x-amz-checksum-algorithm'],
      call.headers['x-amz-checksum-type'],
    );
    const upload = await createMultipartUpload(objects, bucket, {
      ...newObject(input, call, bucket),
      initiator: initiatorOf(call.caller),
      conditions: writeContext(call.headers),
      ...(checksum === undefined ? {} : { checksum }),
    });
    return {
      Bucket: input.Bucket,
      Key: input.Key,
      UploadId: upload.uploadId,
      ServerSideEncryption: upload.encryption,
      ...(checksum === undefined
        ? {}
        : { ChecksumAlgorithm: checksum.algorithm, ChecksumType: checksum.type }),
    };
  };
