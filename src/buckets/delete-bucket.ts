import { bucketNotEmpty, operationAborted } from '../errors/s3.ts';
import type { Check, Range } from '../store/kv/key-value-store.ts';
import { bucketNames } from '../store/tables/bucket-names.ts';
import { buckets as bucketRows } from '../store/tables/buckets.ts';
import { listing } from '../store/tables/listing.ts';
import { uploads } from '../store/tables/uploads.ts';
import { versions } from '../store/tables/versions.ts';
import type { Bucket } from './bucket.ts';
import type { Buckets } from './buckets.ts';
import { UPDATE_ATTEMPTS_MAX } from './limits.ts';

/** `uploads-in-progress`: nothing was deleted, and nothing but these is in the bucket. */
export type BucketDeletion = 'deleted' | 'uploads-in-progress';

/** The record is buried in one commit that checks that nothing is in the bucket, so that a concurrent PUT and this
 * cannot both succeed; then the name is free. Tombstones and counters stay behind under an id that never comes back. */
export async function deleteBucket(buckets: Buckets, bucket: Bucket): Promise<BucketDeletion> {
  const { name, id } = bucket.row;
  for (let attempt = 0; attempt < UPDATE_ATTEMPTS_MAX; attempt += 1) {
    const current = await buckets.refresh(bucket);
    const objects = emptyChecks(listing.range(id), versions.bucketRange(id));
    const unfinished = emptyChecks(uploads.range(id));
    const result = await current.region.store.commit({
      checks: [bucketRows.check(current.version, name), ...objects, ...unfinished],
      writes: [bucketRows.put({ ...current.row, buried: true }, name)],
    });
    if (result.outcome === 'conflict') {
      if (await holdsAny(current, objects)) {
        throw bucketNotEmpty(name, current.row.versioning !== 'unversioned');
      }
      if (await holdsAny(current, unfinished)) return 'uploads-in-progress';
      continue;
    }
    if (result.outcome === 'unknown' && (await isLive(current))) continue;
    await forget(buckets, current);
    return 'deleted';
  }
  throw operationAborted();
}

async function isLive({ region, row }: Bucket): Promise<boolean> {
  const [stored] = await region.store.get([bucketRows.key(row.name)]);
  const now = stored === undefined ? undefined : bucketRows.decode(stored);
  return now?.id === row.id && now.buried !== true;
}

/** Whatever the outcomes: what is left of a buried bucket holds nobody up, and the next creation clears it away. */
async function forget(buckets: Buckets, { region, row }: Bucket): Promise<void> {
  const { name, id } = row;
  const claim = await buckets.claim(name);
  if (claim?.row.bucketId !== id) return;
  const freed = await buckets.site.global.commit({
    checks: [bucketNames.check(claim.version, name)],
    writes: [bucketNames.delete(name)],
  });
  if (freed.outcome !== 'committed') return;
  const [stored] = await region.store.get([bucketRows.key(name)]);
  if (stored === undefined || bucketRows.decode(stored).id !== id) return;
  await region.store.commit({
    checks: [bucketRows.check(stored.version, name)],
    writes: [bucketRows.delete(name)],
  });
}

type EmptyCheck = Extract<Check, { kind: 'empty' }>;

function emptyChecks(...ranges: readonly Pick<Range, 'start' | 'end'>[]): EmptyCheck[] {
  return ranges.map((range) => ({ kind: 'empty', ...range }));
}

async function holdsAny(bucket: Bucket, empty: readonly EmptyCheck[]): Promise<boolean> {
  for (const { start, end } of empty) {
    const found = await bucket.region.store.range({ start, end, limit: 1 });
    if (found.length > 0) return true;
  }
  return false;
}
