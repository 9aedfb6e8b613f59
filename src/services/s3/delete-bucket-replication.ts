import type { ObjectsContext } from '../../objects/context.ts';
import { deleteReplicationConfiguration } from '../../replication/put-configuration.ts';
import type { S3Access, S3Handler } from './s3-handler.ts';

/** Answers the same whether anything was configured or not, as AWS does. */
export const DeleteBucketReplication =
  (objects: ObjectsContext): S3Handler<'DeleteBucketReplication'> =>
  async (input) => {
    await deleteReplicationConfiguration(objects.buckets, await objects.buckets.require(input.Bucket));
    return {};
  };

/** AWS has no action of its own for it. */
export const deleteBucketReplicationAccess: S3Access<'DeleteBucketReplication'> = (input) => [
  { action: 's3:PutReplicationConfiguration', resource: `arn:aws:s3:::${input.Bucket}` },
];
