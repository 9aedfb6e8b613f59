import { getBucketTags } from '../../buckets/bucket-tags.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import type { S3Handler } from './s3-handler.ts';

export const GetBucketTagging =
  ({ buckets }: ObjectsContext): S3Handler<'GetBucketTagging'> =>
  async (input) => {
    const tags = getBucketTags(await buckets.require(input.Bucket));
    return { TagSet: tags.map(([Key, Value]) => ({ Key, Value })) };
  };
