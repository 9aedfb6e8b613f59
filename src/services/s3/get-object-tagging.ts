import type { ObjectsContext } from '../../objects/context.ts';
import { getObjectTags } from '../../objects/object-tags.ts';
import { hidingWhatIsMissing } from './answers/found-object.ts';
import type { S3Handler } from './s3-handler.ts';

export const GetObjectTagging =
  (objects: ObjectsContext): S3Handler<'GetObjectTagging'> =>
  async (input, call) => {
    const bucket = await objects.buckets.require(input.Bucket);
    const reading = getObjectTags(objects, bucket, {
      key: input.Key,
      ...(input.VersionId === undefined ? {} : { versionId: input.VersionId }),
    });
    const { tags, versionId } = await hidingWhatIsMissing(call, input.Bucket, reading);
    return {
      TagSet: tags.map(([Key, Value]) => ({ Key, Value })),
      ...(versionId === undefined ? {} : { VersionId: versionId }),
    };
  };
