import { changeBucketTags } from '../../buckets/bucket-tags.ts';
import type { Buckets } from '../../buckets/buckets.ts';
import type { S3ControlOperation } from './operation.ts';
import { onTagged, requireTagged } from './tagged-bucket.ts';

/** A key that no tag has is no error. */
export function untagResourceOperation(buckets: Buckets): S3ControlOperation<'UntagResource'> {
  return {
    access: (input, call) => onTagged(call, input, { 'aws:TagKeys': input.TagKeys }),
    handle: async (input) => {
      const keys = new Set(input.TagKeys);
      await changeBucketTags(buckets, await requireTagged(buckets, input), (before) =>
        before.filter(([key]) => !keys.has(key)),
      );
      return {};
    },
  };
}
