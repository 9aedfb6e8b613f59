import { deleteBucketTags } from '../../buckets/bucket-tags.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import type { S3Handler } from './s3-handler.ts';

export const DeleteBucketTagging =
  ({ buckets }: ObjectsContext): S3Handler<'DeleteBucketTagging'> =>
  async (input) => {
    await deleteBucketTags(buckets, await buckets.require(input.Bucket));
    return {};
  };
