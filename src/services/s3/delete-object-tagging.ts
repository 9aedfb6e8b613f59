import type { ObjectsContext } from '../../objects/context.ts';
import { putObjectTags } from '../../objects/object-tags.ts';
import { hidingWhatIsMissing } from './answers/found-object.ts';
import type { S3Handler } from './s3-handler.ts';

export const DeleteObjectTagging =
  (objects: ObjectsContext): S3Handler<'DeleteObjectTagging'> =>
  async (input, call) => {
    const bucket = await objects.buckets.require(input.Bucket);
    const writing = putObjectTags(objects, bucket, {
      key: input.Key,
      method: 'DELETE',
      ...(input.VersionId === undefined ? {} : { versionId: input.VersionId }),
      tags: [],
    });
    const { versionId } = await hidingWhatIsMissing(call, input.Bucket, writing);
    return versionId === undefined ? {} : { VersionId: versionId };
  };
