import type { Bucket } from '../../buckets/bucket.ts';
import { forgetFailures } from '../../objects/forget-failures.ts';
import type { FoundDelivery } from '../../objects/read-deliveries.ts';
import type { Tally } from '../../objects/tally.ts';
import type { Check, Write } from '../../store/kv/key-value-store.ts';
import { counters } from '../../store/tables/counters.ts';
import { deliveries } from '../../store/tables/deliveries.ts';
import type { VersionHead } from '../../store/tables/rows.ts';
import { replicationPlanner } from '../plan.ts';

interface StartedVersion {
  readonly key: string;
  readonly row: VersionHead;
}

/** Ends what failed of these versions towards destinations that have left the rules.
 * @param started may name a version more than once
 * @throws StoreUnavailableError */
export async function forgetRemovedDestinations(
  bucket: Bucket,
  started: readonly StartedVersion[],
  tally: Tally,
): Promise<{ checks: Check[]; writes: Write[] }> {
  const removed = await removedDestinations(bucket);
  if (removed.length === 0) return { checks: [], writes: [] };
  const versions = [...new Map(started.map((one) => [`${one.row.stamp} ${one.key}`, one])).values()];
  const rows = await bucket.region.store.get(
    versions.flatMap(({ key, row }) =>
      removed.map((destination) => deliveries.key(bucket.row.id, key, row.stamp, destination)),
    ),
  );
  const forgotten = await Promise.all(
    versions.map((version, index) => {
      const found = new Map<string, FoundDelivery>();
      for (const [at, destination] of removed.entries()) {
        const stored = rows[index * removed.length + at];
        if (stored !== undefined) {
          found.set(destination, { row: deliveries.decode(stored), version: stored.version });
        }
      }
      return forgetFailures(bucket, version, found, () => false, tally);
    }),
  );
  return {
    checks: forgotten.flatMap(({ checks }) => checks),
    writes: forgotten.flatMap(({ writes }) => writes),
  };
}

/** The counters tell where anything failed: one short read for a chunk, and mostly there is no such destination. */
async function removedDestinations(bucket: Bucket): Promise<string[]> {
  const failed = await bucket.region.store.counterRange(counters.range('failedCount', bucket.row.id));
  const names = new Set<string>();
  for (const { key, value } of failed) {
    const [, , destination] = counters.labelsOf(key).labels;
    if (value > 0 && destination !== undefined) names.add(String(destination));
  }
  return [...names].filter((name) => !replicationPlanner.names(bucket.row, name));
}
