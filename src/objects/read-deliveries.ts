import type { Bucket } from '../buckets/bucket.ts';
import { ABSENT, type Check, type RowVersion } from '../store/kv/key-value-store.ts';
import { keyAfter } from '../store/kv/tuple.ts';
import { deliveries } from '../store/tables/deliveries.ts';
import { batchIntents, type IntentName, intents, parkedIntents } from '../store/tables/intents.ts';
import type { OrderStamp } from '../store/tables/order-stamp.ts';
import type { DeliveryRow, IntentKind, IntentRow } from '../store/tables/rows.ts';

export interface FoundDelivery {
  readonly row: DeliveryRow;
  readonly version: RowVersion;
}

/** By destination bucket name. No read at all where the bucket never had anything to do with replication. */
export async function readDeliveries(
  bucket: Bucket,
  key: string,
  stamp: OrderStamp,
): Promise<ReadonlyMap<string, FoundDelivery>> {
  if (!bucket.row.replicationSeen) return NONE;
  const rows = await bucket.region.store.range(deliveries.versionRange(bucket.row.id, key, stamp));
  return new Map(
    rows.map((row) => [deliveries.destinationOf(row), { row: deliveries.decode(row), version: row.version }]),
  );
}

const NONE: ReadonlyMap<string, FoundDelivery> = new Map();

/** That the deliveries of a version are these and stand as they were read. A batch job may start one, and it may end,
 * where none was wanted before. */
export function deliveriesCheck(
  bucket: Bucket,
  key: string,
  stamp: OrderStamp,
  found: ReadonlyMap<string, FoundDelivery>,
): Check[] {
  if (!bucket.row.replicationSeen) return [];
  const { start: first, end } = deliveries.versionRange(bucket.row.id, key, stamp);
  const checks: Check[] = [];
  let start = first;
  for (const [destination, { version }] of found) {
    const known = deliveries.key(bucket.row.id, key, stamp, destination);
    checks.push({ kind: 'empty', start, end: known }, { kind: 'version', key: known, version });
    start = keyAfter(known);
  }
  return [...checks, { kind: 'empty', start, end }];
}

/** An intent, the same of a batch job and their parked twin, with checks that all still stand as they were read. */
export interface FoundIntent {
  readonly name: IntentName;
  readonly intent?: IntentRow;
  readonly batch?: IntentRow;
  readonly parked?: IntentRow;
  readonly checks: readonly Check[];
}

export async function readIntents(
  bucket: Bucket,
  version: { readonly key: string; readonly stamp: OrderStamp },
  wanted: readonly { readonly destination: string; readonly kind: IntentKind }[],
): Promise<FoundIntent[]> {
  const { key, stamp } = version;
  const names = wanted.map(
    ({ destination, kind }): IntentName => ({
      sourceBucketId: bucket.row.id,
      key,
      stamp,
      kind,
      rule: { destination },
    }),
  );
  const rows = await bucket.region.store.get(names.flatMap((name) => TABLES.map((table) => table.key(name))));
  return names.map((name, index) => {
    const [intent, parked, batch] = rows.slice(TABLES.length * index, TABLES.length * (index + 1));
    return {
      name,
      ...(intent === undefined ? {} : { intent: intents.decode(intent) }),
      ...(batch === undefined ? {} : { batch: batchIntents.decode(batch) }),
      ...(parked === undefined ? {} : { parked: parkedIntents.decode(parked) }),
      checks: [
        intents.check(intent?.version ?? ABSENT, name),
        parkedIntents.check(parked?.version ?? ABSENT, name),
        batchIntents.check(batch?.version ?? ABSENT, name),
      ],
    };
  });
}

const TABLES = [intents, parkedIntents, batchIntents];
