import { deletePublicAccessBlock } from '../../buckets/public-access-block.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import type { S3Handler } from './s3-handler.ts';

export const DeletePublicAccessBlock =
  ({ buckets }: ObjectsContext): S3Handler<'DeletePublicAccessBlock'> =>
  async (input) => {
    await deletePublicAccessBlock(buckets, await buckets.require(input.Bucket));
    return {};
  };
