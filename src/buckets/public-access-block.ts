import { noSuchPublicAccessBlockConfiguration } from '../errors/s3.ts';
import type { PublicAccessBlock } from '../store/tables/bucket-row.ts';
import type { Bucket } from './bucket.ts';
import type { Buckets } from './buckets.ts';

/** @throws AwsError NoSuchPublicAccessBlockConfiguration */
export function getPublicAccessBlock(bucket: Bucket): PublicAccessBlock {
  const { publicAccessBlock } = bucket.row;
  if (publicAccessBlock === undefined) throw noSuchPublicAccessBlockConfiguration(bucket.row.name);
  return publicAccessBlock;
}

export function putPublicAccessBlock(
  buckets: Buckets,
  bucket: Bucket,
  publicAccessBlock: PublicAccessBlock,
): Promise<Bucket> {
  return buckets.update(bucket, (row) => ({ ...row, publicAccessBlock }));
}

export function deletePublicAccessBlock(buckets: Buckets, bucket: Bucket): Promise<Bucket> {
  return buckets.update(bucket, (row) => {
    const { publicAccessBlock, ...rest } = row;
    return publicAccessBlock === undefined ? row : rest;
  });
}
