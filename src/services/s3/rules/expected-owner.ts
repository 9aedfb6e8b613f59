import type { Bucket } from '../../../buckets/bucket.ts';
import { accessDenied, invalidBucketOwner } from '../../../errors/s3.ts';
import type { S3Call } from '../s3-handler.ts';

/** @throws AwsError InvalidBucketOwnerAWSAccountID, AccessDenied */
export function checkExpectedOwner(call: S3Call, bucket: Bucket, header: string): void {
  const expected = call.headers[header];
  if (expected === undefined) return;
  if (!/^\d{12}$/.test(expected)) throw invalidBucketOwner(expected);
  if (expected !== bucket.row.owner) throw accessDenied();
}
