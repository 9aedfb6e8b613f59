import { bucketAccess } from './access-buckets.ts';
import { objectAccess } from './access-objects.ts';
import { deleteBucketReplicationAccess } from './delete-bucket-replication.ts';
import { getBucketReplicationAccess } from './get-bucket-replication.ts';
import { putBucketReplicationAccess } from './put-bucket-replication.ts';

/** Each handled operation to the IAM actions, resources and condition keys it needs (Service Authorization Reference,
 * "Actions, resources, and condition keys for Amazon S3"). */
export const access = {
  ...bucketAccess,
  ...objectAccess,
  GetBucketReplication: getBucketReplicationAccess,
  PutBucketReplication: putBucketReplicationAccess,
  DeleteBucketReplication: deleteBucketReplicationAccess,
};
