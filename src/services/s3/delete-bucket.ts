import type { ObjectsContext } from '../../objects/context.ts';
import { deleteBucket } from '../../objects/delete-bucket.ts';
import type { S3Handler } from './s3-handler.ts';

export const DeleteBucket =
  (objects: ObjectsContext): S3Handler<'DeleteBucket'> =>
  async (input) => {
    await deleteBucket(objects, await objects.buckets.require(input.Bucket));
    return {};
  };
