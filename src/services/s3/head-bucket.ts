import type { ObjectsContext } from '../../objects/context.ts';
import { bucketArn } from './access-resources.ts';
import type { S3Handler } from './s3-handler.ts';

export const HeadBucket =
  ({ buckets }: ObjectsContext): S3Handler<'HeadBucket'> =>
  async (input, call) => {
    const bucket = await buckets.require(input.Bucket);
    call.response.headers['content-type'] = 'application/xml';
    return {
      BucketRegion: bucket.row.region,
      BucketArn: bucketArn(bucket.row.name),
      AccessPointAlias: false,
    };
  };
