import type { KeyValueStore } from '../store/kv/key-value-store.ts';
import { ABSENT } from '../store/kv/key-value-store.ts';
import { counters } from '../store/tables/counters.ts';
import { deliveries } from '../store/tables/deliveries.ts';
import { batchIntents, type IntentName, intents, parkedIntents } from '../store/tables/intents.ts';
import type { IntentRow } from '../store/tables/rows.ts';
import { afterRetryRequest } from './status.ts';

/** Makes a parked intent pending again, due at once and live, whatever it was before: status, counters and both tables
 * in one commit.
 * @returns false when it is parked no more, when a batch job is at it, or when something about its version changed at
 *   this very moment
 * @throws StoreUnavailableError */
export async function retryParked(store: KeyValueStore, name: IntentName, nowMs: number): Promise<boolean> {
  const place = [name.sourceBucketId, name.key, name.stamp, name.rule.destination] as const;
  const [parkedRow, deliveryRow] = await store.get([parkedIntents.key(name), deliveries.key(...place)]);
  if (parkedRow === undefined || deliveryRow === undefined) return false;
  const { failureCode = '', lastError: _, ...row } = parkedIntents.decode(parkedRow);
  const before = deliveries.decode(deliveryRow);
  // Whatever is delivered takes the tags along as they are now: it speaks of the newest change.
  const parked: IntentRow = { ...row, class: 'live', changeStamp: before.changeStamp };
  const { ruleId, destination } = parked.rule;
  const labels = [parked.sourceBucketId, ruleId, destination] as const;
  const delivery = afterRetryRequest(before, nowMs);
  const result = await store.commit({
    checks: [
      parkedIntents.check(parkedRow.version, name),
      deliveries.check(deliveryRow.version, ...place),
      intents.check(ABSENT, name),
      batchIntents.check(ABSENT, name),
    ],
    writes: [
      parkedIntents.delete(name),
      intents.put({ ...parked, attempts: 0, nextAttemptAtMs: 0 }),
      deliveries.put(delivery, ...place),
      counters.add(counters.failedCount(...labels, failureCode), -1),
      counters.add(counters.pendingCount(...labels, parked.class), 1),
      counters.add(counters.pendingBytes(...labels, parked.class), parked.size),
    ],
  });
  if (result.outcome !== 'unknown') return result.outcome === 'committed';
  const [stillParked] = await store.get([parkedIntents.key(name)]);
  return stillParked === undefined;
}
