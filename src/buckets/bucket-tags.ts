import { noSuchTagSet } from '../errors/s3.ts';
import type { BucketRow } from '../store/tables/bucket-row.ts';
import type { Bucket } from './bucket.ts';
import type { Buckets } from './buckets.ts';

type BucketTags = NonNullable<BucketRow['tags']>;

/** @throws AwsError NoSuchTagSet, also after an empty set was put */
export function getBucketTags(bucket: Bucket): BucketTags {
  const { tags } = bucket.row;
  if (tags === undefined || tags.length === 0) throw noSuchTagSet(bucket.row.name);
  return tags;
}

/** Replaces the whole set. */
export function putBucketTags(buckets: Buckets, bucket: Bucket, tags: BucketTags): Promise<Bucket> {
  return buckets.update(bucket, (row) => ({ ...row, tags }));
}

export function deleteBucketTags(buckets: Buckets, bucket: Bucket): Promise<Bucket> {
  return buckets.update(bucket, (row) => {
    const { tags, ...rest } = row;
    return tags === undefined ? row : rest;
  });
}

/** @param change is pure and may run more than once. @throws what it throws */
export function changeBucketTags(
  buckets: Buckets,
  bucket: Bucket,
  change: (tags: BucketTags) => BucketTags,
): Promise<Bucket> {
  return buckets.update(bucket, (row) => ({ ...row, tags: change(row.tags ?? []) }));
}
