import type { Bucket } from '../../../buckets/bucket.ts';
import { accessDenied, invalidBucketOwner } from '../../../errors/s3.ts';
import type { S3Call } from '../s3-handler.ts';

/** Whose bucket the caller believes it to be: of the bucket that the request names, or of the source of a copy. */
const HEADERS = {
  named: 'x-amz-expected-bucket-owner',
  source: 'x-amz-source-expected-bucket-owner',
} as const;

/** @throws AwsError InvalidBucketOwnerAWSAccountID, AccessDenied */
export function checkExpectedOwner(call: S3Call, bucket: Bucket, which: keyof typeof HEADERS): void {
  const expected = call.headers[HEADERS[which]];
  if (expected === undefined) return;
  if (!/^\d{12}$/.test(expected)) throw invalidBucketOwner(expected);
  if (expected !== bucket.row.owner) throw accessDenied();
}
