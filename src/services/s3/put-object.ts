import type { ObjectsContext } from '../../objects/context.ts';
import { putObject } from '../../objects/put-object.ts';
import { checksumMembers } from './answers/checksum-members.ts';
import { quoted, writtenVersionId } from './answers/written-object.ts';
import { incomingBody } from './rules/incoming-body.ts';
import { newObject } from './rules/new-object.ts';
import { writeConditions } from './rules/write-conditions.ts';
import type { S3Handler } from './s3-handler.ts';

export const PutObject =
  (objects: ObjectsContext): S3Handler<'PutObject'> =>
  async (input, call) => {
    const bucket = await objects.buckets.require(input.Bucket);
    const conditions = writeConditions(call.headers);
    const written = await putObject(objects, bucket, {
      ...newObject(input, call, bucket),
      body: incomingBody(call),
      ...(conditions === undefined ? {} : { conditions }),
    });
    const { version } = written;
    return {
      ETag: quoted(version.etag),
      ...checksumMembers(version.checksum),
      ServerSideEncryption: version.encryption,
      ...writtenVersionId(written),
    };
  };
