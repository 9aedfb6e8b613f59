import { putPublicAccessBlock } from '../../buckets/public-access-block.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import type { S3Handler } from './s3-handler.ts';

/** Public ACLs cannot be made here, so that blocking or ignoring them is always obeyed. */
export const PutPublicAccessBlock =
  ({ buckets }: ObjectsContext): S3Handler<'PutPublicAccessBlock'> =>
  async (input) => {
    const block = input.PublicAccessBlockConfiguration;
    await putPublicAccessBlock(buckets, await buckets.require(input.Bucket), {
      blockPublicAcls: block.BlockPublicAcls ?? false,
      ignorePublicAcls: block.IgnorePublicAcls ?? false,
      blockPublicPolicy: block.BlockPublicPolicy ?? false,
      restrictPublicBuckets: block.RestrictPublicBuckets ?? false,
    });
    return {};
  };
