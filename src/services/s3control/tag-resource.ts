import { changeBucketTags } from '../../buckets/bucket-tags.ts';
import type { Buckets } from '../../buckets/buckets.ts';
import { requestTags } from '../request-tags.ts';
import { checkTags, tagSet } from '../s3/rules/tag-set.ts';
import type { S3ControlOperation } from './operation.ts';
import { onTagged, requireTagged } from './tagged-bucket.ts';

/** Adds tags and replaces those of the same key; PutBucketTagging replaces the whole set. */
export function tagResourceOperation(buckets: Buckets): S3ControlOperation<'TagResource'> {
  return {
    access: (input, call) => onTagged(call, input, requestTags(input.Tags)),
    handle: async (input) => {
      const tags = new Map(tagSet(input.Tags, 'bucket'));
      await changeBucketTags(buckets, await requireTagged(buckets, input), (before) => {
        const after = [...new Map([...before, ...tags])];
        checkTags(after, 'bucket');
        return after;
      });
      return {};
    },
  };
}
