import type { DeliveryRow, IntentRow } from '../store/tables/rows.ts';
import type { FailureCode } from './failure-codes.ts';

/** The only code that moves where a version stands towards one destination:
 *
 *   (write) → PENDING → COMPLETED → (facets change) → PENDING → ...
 *                     → FAILED    → (facets change of a delivered version, or a retry) → PENDING
 *                     → FAILED    → (its destination has left the rules, and the version is delivered to those of now)
 *                                 → nothing, or COMPLETED where it had arrived (objects/forget-failures.ts)
 *   (anything but a pending version) → (batch job) → PENDING → as above, or (withdrawn) → what it was before
 *
 * An attempt speaks of the change that it was written for. Where a newer one waits (its own intent will speak), only
 * what cannot be taken back is noted: that the version has arrived. `x-amz-replication-status` is drawn from these
 * rows by objects/combined-status. */
export function afterDelivery(row: DeliveryRow, intent: IntentRow, nowMs: number): DeliveryRow {
  if (row.changeStamp > intent.changeStamp) return { ...row, delivered: true };
  const { failureCode: _, ...rest } = row;
  return { ...rest, status: 'COMPLETED', ruleId: intent.rule.ruleId, delivered: true, changedAtMs: nowMs };
}

export function afterFailure(
  row: DeliveryRow,
  intent: IntentRow,
  failure: { readonly code: FailureCode; readonly arrived: boolean },
  nowMs: number,
): DeliveryRow {
  const delivered = row.delivered || failure.arrived;
  // A newer change of a version that arrived is decided by its own intent; without the version it cannot succeed.
  if (row.changeStamp > intent.changeStamp && delivered) return { ...row, delivered };
  return {
    ...row,
    status: 'FAILED',
    ruleId: intent.rule.ruleId,
    failureCode: failure.code,
    delivered,
    changedAtMs: nowMs,
  };
}

/** Someone asked for another attempt at what had failed. */
export function afterRetryRequest(row: DeliveryRow, nowMs: number): DeliveryRow {
  const { failureCode: _, ...rest } = row;
  return { ...rest, status: 'PENDING', changedAtMs: nowMs };
}

/** A batch job took its delivery back: the row says again what it said before; null: nothing.
 * @returns the row itself where a later change of a version that had arrived before speaks in it by now */
export function afterWithdrawal(
  row: DeliveryRow,
  { deliveryBefore, changeStamp }: IntentRow,
): DeliveryRow | null {
  const before = deliveryBefore ?? null;
  if (row.changeStamp > changeStamp && (before?.delivered === true || row.delivered)) return row;
  return row.status === 'PENDING' ? before : row;
}
