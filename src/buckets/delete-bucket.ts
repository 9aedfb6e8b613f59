import { bucketNotEmpty, operationAborted } from '../errors/s3.ts';
import type { Check } from '../store/kv/key-value-store.ts';
import { bucketNames } from '../store/tables/bucket-names.ts';
import { buckets as bucketRows } from '../store/tables/buckets.ts';
import { listing } from '../store/tables/listing.ts';
import { uploads } from '../store/tables/uploads.ts';
import { versions } from '../store/tables/versions.ts';
import type { Bucket } from './bucket.ts';
import type { Buckets } from './buckets.ts';
import { UPDATE_ATTEMPTS_MAX } from './limits.ts';

/** The record goes in one commit that checks that nothing is in it, so that a concurrent PUT and this cannot both
 * succeed; then the name is free. Tombstones and counters stay behind under an id that never comes back. */
export async function deleteBucket(buckets: Buckets, bucket: Bucket): Promise<void> {
  const { name, id } = bucket.row;
  for (let attempt = 0; attempt < UPDATE_ATTEMPTS_MAX; attempt += 1) {
    const claim = await buckets.claim(name);
    const current = await buckets.refresh(bucket);
    const empty = contents(id);
    const result = await current.region.store.commit({
      checks: [bucketRows.check(current.version, name), ...empty],
      writes: [bucketRows.delete(name)],
    });
    if (result.outcome === 'conflict') {
      await refuseNotEmpty(current, empty);
      continue;
    }
    if (result.outcome === 'unknown') {
      const [row] = await current.region.store.get([bucketRows.key(name)]);
      if (row !== undefined && bucketRows.decode(row).id === id) continue;
    }
    if (claim?.row.bucketId === id) {
      // Whatever the outcome: without its record the claim holds nobody up.
      await buckets.site.global.commit({
        checks: [bucketNames.check(claim.version, name)],
        writes: [bucketNames.delete(name)],
      });
    }
    return;
  }
  throw operationAborted();
}

type EmptyCheck = Extract<Check, { kind: 'empty' }>;

function contents(bucketId: string): readonly EmptyCheck[] {
  const ranges = [listing.range(bucketId), versions.bucketRange(bucketId), uploads.range(bucketId)];
  return ranges.map((range) => ({ kind: 'empty', ...range }));
}

async function refuseNotEmpty(bucket: Bucket, empty: readonly EmptyCheck[]): Promise<void> {
  for (const { start, end } of empty) {
    const found = await bucket.region.store.range({ start, end, limit: 1 });
    if (found.length > 0) throw bucketNotEmpty(bucket.row.name, bucket.row.versioning !== 'unversioned');
  }
}
