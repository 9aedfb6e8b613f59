import type { Bucket } from '../../buckets/bucket.ts';
import { AwsError } from '../../errors/aws-error.ts';
import { commitOnBucket, type Preparation } from '../../objects/commit-on-bucket.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import { forgetFailures } from '../../objects/forget-failures.ts';
import { readDeliveries } from '../../objects/read-deliveries.ts';
import { Tally } from '../../objects/tally.ts';
import type { VersionRow } from '../../store/tables/rows.ts';
import type { Claim } from '../worker/claim.ts';
import type { TaskContext } from './task.ts';

/** A version that has arrived wherever the rules of now send it leaves FAILED: what failed towards destinations that they do not
 * name any more ends. Called after each settlement, and not before all of them: what a job takes back says FAILED again. After a
 * crash in between, the version is FAILED until the next job or change of its tags.
 * @throws StoreUnavailableError */
export async function leaveFailed({ objects }: TaskContext, { intent, version }: Claim): Promise<void> {
  // The first deliveries of a version find nothing that failed earlier.
  if (version === undefined || (intent.class === 'live' && intent.kind !== 'facets')) return;
  const source = await objects.buckets.find(intent.sourceBucket);
  if (source?.row.id !== intent.sourceBucketId) return;
  try {
    await commitOnBucket(objects, source, (bucket) =>
      forgetWhereArrived(objects, bucket, intent, version.kind),
    );
  } catch (error) {
    // The bucket is gone, or its rules change again and again: as after a crash.
    if (!(error instanceof AwsError)) throw error;
  }
}

async function forgetWhereArrived(
  { planner }: Pick<ObjectsContext, 'planner'>,
  bucket: Bucket,
  { key, stamp }: Claim['intent'],
  kind: VersionRow['kind'],
): Promise<Preparation<undefined>> {
  const found = await readDeliveries(bucket, key, stamp);
  const isNamed = (destination: string) => planner.names(bucket.row, destination);
  const arrived = [...found].every(
    ([destination, { row }]) => row.status === 'COMPLETED' || !isNamed(destination),
  );
  if (!arrived) return { settled: undefined };
  const tally = new Tally();
  const { checks, writes } = await forgetFailures(
    bucket,
    { key, row: { kind, stamp } },
    found,
    isNamed,
    tally,
  );
  if (writes.length === 0) return { settled: undefined };
  // Where it did happen, the next look finds nothing left to do.
  const happened = () => Promise.resolve(false);
  return { checks, writes: [...writes, ...tally.writes()], result: undefined, happened };
}
