import type { Bucket } from '../buckets/bucket.ts';
import { slowDown } from '../errors/s3.ts';
import type { Check, Write } from '../store/kv/key-value-store.ts';
import { buckets } from '../store/tables/buckets.ts';
import type { ObjectsContext } from './context.ts';
import { COMMIT_ATTEMPTS_MAX } from './limits.ts';

/** The one way in which operations on objects commit.
 *
 * Invariants
 * - Every commit checks the version of the bucket record that it was planned under.
 * - Every commit that adds or removes a version of a key checks that key's listing row and writes or deletes it: that
 *   row is the lock of the key's versions.
 * - A conflict is answered by preparing anew from fresh reads, an unknown outcome by looking whether it happened; an
 *   attempt that is still in doubt is looked for again before and after each later one. */

/** One attempt, ready to commit. */
export interface Prepared<Result> {
  readonly checks: readonly Check[];
  readonly writes: readonly Write[];
  readonly result: Result;
  /** Whether this attempt took effect: its own stamp or id is found where it wrote it. */
  readonly happened: () => Promise<boolean>;
}

/** There is nothing to write. */
export interface Settled<Result> {
  readonly settled: Result;
}

export type Preparation<Result> = Prepared<Result> | Settled<Result>;

export interface Committed<Result> {
  readonly result: Result;
  /** As it was when the commit was made. */
  readonly bucket: Bucket;
}

/** @param onDoubt called when an outcome was unknown: from then on nothing that the attempt named may be discarded.
 * @throws AwsError NoSuchBucket, SlowDown, and what `prepare` throws */
export async function commitOnBucket<Result>(
  context: ObjectsContext,
  bucket: Bucket,
  prepare: (bucket: Bucket, doubtful: boolean) => Promise<Preparation<Result>>,
  onDoubt?: () => void,
): Promise<Committed<Result>> {
  let current = bucket;
  const doubtful: { readonly prepared: Prepared<Result>; readonly bucket: Bucket }[] = [];
  for (let attempt = 0; attempt < COMMIT_ATTEMPTS_MAX; attempt += 1) {
    if (attempt > 0) current = await context.buckets.refresh(bucket);
    for (const earlier of doubtful) {
      if (await earlier.prepared.happened())
        return { result: earlier.prepared.result, bucket: earlier.bucket };
    }
    const preparation = await prepare(current, doubtful.length > 0);
    if ('settled' in preparation) return { result: preparation.settled, bucket: current };
    const outcome = await current.region.store.commit({
      checks: [bucketCheck(current), ...preparation.checks],
      writes: preparation.writes,
    });
    if (outcome.outcome === 'committed') return { result: preparation.result, bucket: current };
    if (outcome.outcome === 'unknown') {
      onDoubt?.();
      doubtful.push({ prepared: preparation, bucket: current });
    }
  }
  throw slowDown();
}

const bucketChecks = new WeakMap<Bucket, Check>();

/** Made once for each record that Buckets hands out. */
function bucketCheck(bucket: Bucket): Check {
  let check = bucketChecks.get(bucket);
  if (check === undefined) {
    check = buckets.check(bucket.version, bucket.row.name);
    bucketChecks.set(bucket, check);
  }
  return check;
}
