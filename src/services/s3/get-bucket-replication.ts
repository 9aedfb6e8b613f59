import type { ObjectsContext } from '../../objects/context.ts';
import { writeConfiguration } from '../../replication/configuration/write.ts';
import { getReplicationConfiguration } from '../../replication/put-configuration.ts';
import type { S3Access, S3Handler } from './s3-handler.ts';

export const GetBucketReplication =
  (objects: ObjectsContext): S3Handler<'GetBucketReplication'> =>
  async (input) => {
    const bucket = await objects.buckets.require(input.Bucket);
    return { ReplicationConfiguration: writeConfiguration(getReplicationConfiguration(bucket)) };
  };

export const getBucketReplicationAccess: S3Access<'GetBucketReplication'> = (input) => [
  { action: 's3:GetReplicationConfiguration', resource: `arn:aws:s3:::${input.Bucket}` },
];
