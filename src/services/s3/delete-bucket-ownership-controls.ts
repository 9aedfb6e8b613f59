import { deleteOwnershipControls } from '../../buckets/ownership-controls.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import type { S3Handler } from './s3-handler.ts';

export const DeleteBucketOwnershipControls =
  ({ buckets }: ObjectsContext): S3Handler<'DeleteBucketOwnershipControls'> =>
  async (input) => {
    await deleteOwnershipControls(buckets, await buckets.require(input.Bucket));
    return {};
  };
