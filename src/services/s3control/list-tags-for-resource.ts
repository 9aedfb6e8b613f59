import type { Buckets } from '../../buckets/buckets.ts';
import type { S3ControlOperation } from './operation.ts';
import { onTagged, requireTagged } from './tagged-bucket.ts';

export function listTagsForResourceOperation(buckets: Buckets): S3ControlOperation<'ListTagsForResource'> {
  return {
    access: (input, call) => onTagged(call, input),
    handle: async (input) => {
      const { row } = await requireTagged(buckets, input);
      // Unlike GetBucketTagging, no tags are an answer.
      return { Tags: (row.tags ?? []).map(([Key, Value]) => ({ Key, Value })) };
    },
  };
}
