import { ownershipControlsNotFound } from '../errors/s3.ts';
import type { Bucket } from './bucket.ts';
import type { Buckets } from './buckets.ts';

/** BucketOwnerEnforced, BucketOwnerPreferred or ObjectWriter.
 * @throws AwsError OwnershipControlsNotFoundError */
export function getOwnershipControls(bucket: Bucket): string {
  const { ownershipControls } = bucket.row;
  if (ownershipControls === undefined) throw ownershipControlsNotFound(bucket.row.name);
  return ownershipControls;
}

export function putOwnershipControls(
  buckets: Buckets,
  bucket: Bucket,
  ownershipControls: string,
): Promise<Bucket> {
  return buckets.update(bucket, (row) => ({ ...row, ownershipControls }));
}

export function deleteOwnershipControls(buckets: Buckets, bucket: Bucket): Promise<Bucket> {
  return buckets.update(bucket, (row) => {
    const { ownershipControls, ...rest } = row;
    return ownershipControls === undefined ? row : rest;
  });
}
