import type { Bucket } from '../buckets/bucket.ts';
import type { Write } from '../store/kv/key-value-store.ts';
import { deliveries } from '../store/tables/deliveries.ts';
import { intents } from '../store/tables/intents.ts';
import type { OrderStamp } from '../store/tables/order-stamp.ts';
import type { DeliveryRow, IntentRow } from '../store/tables/rows.ts';
import type { PlannedDelivery } from './planner.ts';
import type { Tally } from './tally.ts';

/** The version that something is delivered of. */
export interface DeliveredVersion {
  readonly key: string;
  readonly stamp: OrderStamp;
  readonly versionId: string;
  /** Bytes that a delivery moves; 0 for markers and facets. */
  readonly size: number;
}

export function intentOf(
  bucket: Bucket,
  version: DeliveredVersion,
  planned: PlannedDelivery,
  changeStamp: OrderStamp,
  nowMs: number,
): IntentRow {
  return {
    sourceBucketId: bucket.row.id,
    sourceBucket: bucket.row.name,
    key: version.key,
    stamp: version.stamp,
    versionId: version.versionId,
    kind: planned.kind,
    changeStamp,
    class: 'live',
    size: version.size,
    rule: planned.rule,
    createdAtMs: nowMs,
    attempts: 0,
    nextAttemptAtMs: 0,
  };
}

/** Intents and statuses of a version that is new: there can be none yet. */
export function newDeliveryWrites(
  bucket: Bucket,
  version: DeliveredVersion,
  planned: readonly PlannedDelivery[],
  nowMs: number,
  tally: Tally,
): Write[] {
  const writes: Write[] = [];
  for (const delivery of planned) {
    const { ruleId, destination } = delivery.rule;
    const intent = intentOf(bucket, version, delivery, version.stamp, nowMs);
    const row: DeliveryRow = {
      status: 'PENDING',
      ruleId,
      changeStamp: version.stamp,
      changedAtMs: nowMs,
      delivered: false,
    };
    writes.push(
      intents.put(intent),
      deliveries.put(row, bucket.row.id, version.key, version.stamp, destination),
    );
    tally.pending(intent, 1);
  }
  return writes;
}
