import { invalidBucketState } from '../errors/s3.ts';
import type { Bucket } from './bucket.ts';
import type { Buckets } from './buckets.ts';

/** Once set, versioning never returns to unversioned.
 * @throws AwsError InvalidBucketState while a replication configuration needs it Enabled */
export function putVersioning(
  buckets: Buckets,
  bucket: Bucket,
  versioning: 'Enabled' | 'Suspended',
): Promise<Bucket> {
  return buckets.update(bucket, (row) => {
    if (versioning === 'Suspended' && row.replication !== undefined) {
      throw invalidBucketState(
        'A replication configuration is present on this bucket, so the versioning state cannot be changed.',
      );
    }
    return row.versioning === versioning ? row : { ...row, versioning };
  });
}
