import type { ObjectsContext } from '../../objects/context.ts';
import { ownerFullControl } from './answers/owner-full-control.ts';
import type { S3Handler } from './s3-handler.ts';

export const GetBucketAcl =
  ({ buckets }: ObjectsContext): S3Handler<'GetBucketAcl'> =>
  async (input) =>
    ownerFullControl((await buckets.require(input.Bucket)).row.owner);
