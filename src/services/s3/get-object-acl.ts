import type { ObjectsContext } from '../../objects/context.ts';
import { headObject } from '../../objects/head-object.ts';
import { hidingWhatIsMissing } from './answers/found-object.ts';
import { ownerFullControl } from './answers/owner-full-control.ts';
import type { S3Handler } from './s3-handler.ts';

export const GetObjectAcl =
  (objects: ObjectsContext): S3Handler<'GetObjectAcl'> =>
  async (input, call) => {
    const bucket = await objects.buckets.require(input.Bucket);
    const reading = headObject(objects, bucket, {
      key: input.Key,
      method: 'GET',
      ...(input.VersionId === undefined ? {} : { versionId: input.VersionId }),
    });
    const { version, versionId } = await hidingWhatIsMissing(call, input.Bucket, reading);
    if (versionId !== undefined) call.response.headers['x-amz-version-id'] = versionId;
    return ownerFullControl(version.owner);
  };
