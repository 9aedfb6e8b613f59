import { putBucketTags } from '../../buckets/bucket-tags.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import { tagSet } from './rules/tag-set.ts';
import type { S3Handler } from './s3-handler.ts';

export const PutBucketTagging =
  ({ buckets }: ObjectsContext): S3Handler<'PutBucketTagging'> =>
  async (input, call) => {
    const tags = tagSet(input.Tagging.TagSet, 'bucket');
    await putBucketTags(buckets, await buckets.require(input.Bucket), tags);
    // AWS's model says 200, AWS says 204.
    call.response.status = 204;
    return {};
  };
