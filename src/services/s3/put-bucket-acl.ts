import type { ObjectsContext } from '../../objects/context.ts';
import { checkPutAcl } from './rules/access-control-list.ts';
import type { S3Handler } from './s3-handler.ts';

/** Accepts what is so already: see rules/access-control-list.ts. */
export const PutBucketAcl =
  ({ buckets }: ObjectsContext): S3Handler<'PutBucketAcl'> =>
  async (input, call) => {
    checkPutAcl(call, await buckets.require(input.Bucket), input.AccessControlPolicy);
    return {};
  };
