import type { ObjectsContext } from '../../objects/context.ts';
import type { S3Handler } from './s3-handler.ts';

export const GetBucketVersioning =
  ({ buckets }: ObjectsContext): S3Handler<'GetBucketVersioning'> =>
  async (input) => {
    const { versioning } = (await buckets.require(input.Bucket)).row;
    return versioning === 'unversioned' ? {} : { Status: versioning };
  };
