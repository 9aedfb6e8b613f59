import { getBucketPolicy } from '../../buckets/bucket-policy.ts';
import { methodNotAllowed } from '../../errors/s3.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import { isOfAccount } from '../../policy/of-account.ts';
import type { S3Handler } from './s3-handler.ts';

export const GetBucketPolicy =
  ({ buckets }: ObjectsContext): S3Handler<'GetBucketPolicy'> =>
  async (input, call) => {
    const bucket = await buckets.require(input.Bucket);
    // AWS: whoever is of another account may not, whatever the policy says.
    if (!isOfAccount(call.caller, bucket.row.owner)) throw methodNotAllowed('GET', 'BUCKETPOLICY');
    return { Policy: getBucketPolicy(bucket) };
  };
