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

/** The record is buried in one commit that checks that nothing is in the bucket, so that a concurrent PUT and this
 * cannot both succeed; then the name is free. Tombstones and counters stay behind under an id that never comes back. */
export async function deleteBucket(buckets: Buckets, bucket: Bucket): Promise<void> {
  const { name, id } = bucket.row;
  for (let attempt = 0; attempt < UPDATE_ATTEMPTS_MAX; attempt += 1) {
    const current = await buckets.refresh(bucket);
    const empty = contents(id);
    const result = await current.region.store.commit({
      checks: [bucketRows.check(current.version, name), ...empty],
      writes: [bucketRows.put({ ...current.row, buried: true }, name)],
    });
    if (result.outcome === 'conflict') {
      await refuseNotEmpty(current, empty);
      continue;
    }
    if (result.outcome === 'unknown' && (await isLive(current))) continue;
    await forget(buckets, current);
    return;
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
