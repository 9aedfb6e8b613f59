import type { DeliveryRow } from '../store/tables/rows.ts';

/** x-amz-replication-status. */
export type ReplicationStatus = 'PENDING' | 'COMPLETED' | 'FAILED' | 'REPLICA';

/** One word over all destinations (reference: s3-replication 4): FAILED wins, then PENDING. A replica stays REPLICA, also
 * while a batch job sends it on (AWS's answer is UNCONFIRMED, reference: s3-batch-replication 8). Undefined: no header. */
export function combinedStatus(
  replica: boolean,
  deliveries: readonly DeliveryRow[],
): ReplicationStatus | undefined {
  if (replica) return 'REPLICA';
  if (deliveries.some((delivery) => delivery.status === 'FAILED')) return 'FAILED';
  if (deliveries.some((delivery) => delivery.status === 'PENDING')) return 'PENDING';
  return deliveries.length > 0 ? 'COMPLETED' : undefined;
}
