import { noSuchBucketPolicy } from '../errors/s3.ts';
import type { Bucket } from './bucket.ts';
import type { Buckets } from './buckets.ts';

/** The document as it was put.
 * @throws AwsError NoSuchBucketPolicy */
export function getBucketPolicy(bucket: Bucket): string {
  if (bucket.row.policy === undefined) throw noSuchBucketPolicy(bucket.row.name);
  return bucket.row.policy;
}

/** The caller has parsed and checked the document, and found the unique ids of those it names. */
export function putBucketPolicy(
  buckets: Buckets,
  bucket: Bucket,
  policy: string,
  policyPrincipalIds: Readonly<Record<string, string>>,
): Promise<Bucket> {
  return buckets.update(bucket, (row) => ({ ...row, policy, policyPrincipalIds }));
}

export function deleteBucketPolicy(buckets: Buckets, bucket: Bucket): Promise<Bucket> {
  return buckets.update(bucket, (row) => {
    const { policy, policyPrincipalIds: _, ...rest } = row;
    return policy === undefined ? row : rest;
  });
}
