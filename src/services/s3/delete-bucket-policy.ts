import { deleteBucketPolicy } from '../../buckets/bucket-policy.ts';
import { methodNotAllowed } from '../../errors/s3.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import { isOfAccount } from '../../policy/of-account.ts';
import type { S3Handler } from './s3-handler.ts';

export const DeleteBucketPolicy =
  ({ buckets }: ObjectsContext): S3Handler<'DeleteBucketPolicy'> =>
  async (input, call) => {
    const bucket = await buckets.require(input.Bucket);
    if (!isOfAccount(call.caller, bucket.row.owner)) throw methodNotAllowed('DELETE', 'BUCKETPOLICY');
    await deleteBucketPolicy(buckets, bucket);
    return {};
  };
