import type { Bucket } from '../buckets/bucket.ts';
import type { Check, Write } from '../store/kv/key-value-store.ts';
import { deliveries } from '../store/tables/deliveries.ts';
import { parkedIntents } from '../store/tables/intents.ts';
import type { DeliveryRow, VersionRow } from '../store/tables/rows.ts';
import { type FoundDelivery, readIntents } from './read-deliveries.ts';
import type { Tally } from './tally.ts';

/** Ends what failed for good towards destinations that no rule names any more: nothing would ever be tried there again,
 * and a version that is delivered by the rules of now must be able to leave FAILED (reference: s3-replication 4). What
 * is under way there goes on, and speaks for itself.
 * @param found deliveries of this version
 * @param isNamed whether some rule names a destination, a Disabled one too: its owner may want it back */
export async function forgetFailures(
  bucket: Bucket,
  { key, row }: { readonly key: string; readonly row: Pick<VersionRow, 'kind' | 'stamp'> },
  found: ReadonlyMap<string, FoundDelivery>,
  isNamed: (destination: string) => boolean,
  tally: Tally,
): Promise<{ checks: Check[]; writes: Write[] }> {
  const checks: Check[] = [];
  const writes: Write[] = [];
  for (const [destination, delivery] of found) {
    if (delivery.row.status !== 'FAILED' || isNamed(destination)) continue;
    const failed = await readIntents(bucket, { key, stamp: row.stamp }, [
      { destination, kind: row.kind },
      { destination, kind: 'facets' },
    ]);
    if (failed.some(({ intent, batch }) => (intent ?? batch) !== undefined)) continue;
    const place = [bucket.row.id, key, row.stamp, destination] as const;
    checks.push(deliveries.check(delivery.version, ...place), ...failed.flatMap((one) => one.checks));
    writes.push(
      delivery.row.delivered
        ? deliveries.put(asArrived(delivery.row), ...place)
        : deliveries.delete(...place),
    );
    for (const { parked } of failed) {
      if (parked === undefined) continue;
      writes.push(parkedIntents.delete(parked));
      tally.unparked(parked);
    }
  }
  return { checks, writes };
}

/** The version itself is there, which stays known: should a rule name the destination again, tags follow it. */
function asArrived(row: DeliveryRow): DeliveryRow {
  const { failureCode: _, ...rest } = row;
  return { ...rest, status: 'COMPLETED' };
}
