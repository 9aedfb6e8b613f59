import { getPublicAccessBlock } from '../../buckets/public-access-block.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import type { S3Handler } from './s3-handler.ts';

export const GetPublicAccessBlock =
  ({ buckets }: ObjectsContext): S3Handler<'GetPublicAccessBlock'> =>
  async (input) => {
    const block = getPublicAccessBlock(await buckets.require(input.Bucket));
    return {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: block.blockPublicAcls,
        IgnorePublicAcls: block.ignorePublicAcls,
        BlockPublicPolicy: block.blockPublicPolicy,
        RestrictPublicBuckets: block.restrictPublicBuckets,
      },
    };
  };
