import { headerOutOfContext } from '../../errors/s3.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import { uploadPart } from '../../objects/upload-part.ts';
import { partChecksumMembers } from './answers/checksum-members.ts';
import { quoted } from './answers/written-object.ts';
import { checkPartEncryption } from './rules/encryption-headers.ts';
import { incomingBody } from './rules/incoming-body.ts';
import { partNumber } from './rules/part-number.ts';
import type { S3Handler } from './s3-handler.ts';

export const UploadPart =
  (objects: ObjectsContext): S3Handler<'UploadPart'> =>
  async (input, call) => {
    checkPartEncryption(call.headers);
    const tagging = call.headers['x-amz-tagging'];
    // The tags of an object are those that its upload began with.
    if (tagging !== undefined) throw headerOutOfContext('x-amz-tagging', tagging);
    const bucket = await objects.buckets.require(input.Bucket);
    const part = await uploadPart(objects, bucket, {
      key: input.Key,
      uploadId: input.UploadId,
      partNumber: partNumber(input.PartNumber),
      body: incomingBody(call),
    });
    return {
      ETag: quoted(part.etag),
      ...partChecksumMembers(part.checksum),
      ServerSideEncryption: 'AES256',
    };
  };
