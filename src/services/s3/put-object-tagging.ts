import type { ObjectsContext } from '../../objects/context.ts';
import { putObjectTags } from '../../objects/object-tags.ts';
import { hidingWhatIsMissing } from './answers/found-object.ts';
import { tagSet } from './rules/tag-set.ts';
import type { S3Handler } from './s3-handler.ts';

export const PutObjectTagging =
  (objects: ObjectsContext): S3Handler<'PutObjectTagging'> =>
  async (input, call) => {
    const tags = tagSet(input.Tagging.TagSet, 'object');
    const bucket = await objects.buckets.require(input.Bucket);
    const writing = putObjectTags(objects, bucket, {
      key: input.Key,
      method: 'PUT',
      ...(input.VersionId === undefined ? {} : { versionId: input.VersionId }),
      tags,
    });
    const { versionId } = await hidingWhatIsMissing(call, input.Bucket, writing);
    return versionId === undefined ? {} : { VersionId: versionId };
  };
