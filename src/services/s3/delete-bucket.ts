import type { ObjectsContext } from '../../objects/context.ts';
import type { S3Handler } from './s3-handler.ts';

export const DeleteBucket =
  ({ buckets }: ObjectsContext): S3Handler<'DeleteBucket'> =>
  async (input) => {
    await buckets.delete(await buckets.require(input.Bucket));
    return {};
  };
