import type { DeliveryRow } from '../store/tables/rows.ts';

/** x-amz-replication-status. */
export type ReplicationStatus = 'PENDING' | 'COMPLETED' | 'FAILED' | 'REPLICA';

/** One word over all destinations (reference: s3-replication 4): FAILED wins, then PENDING. A replica that has
 * changes of its own under way says so, and REPLICA otherwise. Undefined: no header. */
export function combinedStatus(
  replica: boolean,
  deliveries: readonly DeliveryRow[],
): ReplicationStatus | undefined {
  if (deliveries.some((delivery) => delivery.status === 'FAILED')) return 'FAILED';
  if (deliveries.some((delivery) => delivery.status === 'PENDING')) return 'PENDING';
  if (replica) return 'REPLICA';
  return deliveries.length > 0 ? 'COMPLETED' : undefined;
}
