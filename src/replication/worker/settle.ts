import { answerTasks, VERSION_REMOVED } from '../../objects/answer-tasks.ts';
import type { Check, KeyValueStore, RowVersion, Write } from '../../store/kv/key-value-store.ts';
import { ABSENT } from '../../store/kv/key-value-store.ts';
import { counters } from '../../store/tables/counters.ts';
import { deliveries } from '../../store/tables/deliveries.ts';
import { parkedIntents } from '../../store/tables/intents.ts';
import type { JobAnswerRow } from '../../store/tables/job-rows.ts';
import { leases } from '../../store/tables/leases.ts';
import type { DeliveryRow, IntentRow } from '../../store/tables/rows.ts';
import { afterDelivery, afterFailure } from '../status.ts';
import { type Claim, readClaims } from './claim.ts';
import { countersOf } from './counters-of.ts';
import type { Outcome } from './outcome.ts';

/** What ends an intent: every outcome that leaves nothing to try again. */
export type Settlement = Extract<Outcome, { kind: 'delivered' | 'gone' | 'failed' }>;

/** - settled: the intent is gone, and status and counters say so, in one commit.
 * - superseded: a newer change rewrote the intent, or it was settled by someone else: look at it again.
 * - lost: the shard is another's now. */
export type SettleResult = 'settled' | 'superseded' | 'lost';

/** Each conflict means that a client changed this very version meanwhile; more in a row than this is no client. */
const ATTEMPTS_MAX = 20;

export interface SettleContext {
  readonly store: KeyValueStore;
  readonly epoch: (shard: number) => RowVersion | undefined;
  readonly nowMs: () => number;
}

/** Every check names a row that the commit itself changes or removes, so a repetition after an unknown end is a
 * conflict, and what is read then tells which it was.
 * @throws StoreUnavailableError */
export async function settle(
  context: SettleContext,
  claimed: Claim,
  settlement: Settlement,
): Promise<SettleResult> {
  let claim = claimed;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const epoch = context.epoch(claim.shard);
    if (epoch === undefined) return 'lost';
    const result = await context.store.commit(settlementCommit(context, claim, settlement, epoch));
    if (result.outcome === 'committed') return 'settled';
    const [current] = await readClaims(context.store, [claim.key]);
    if (current === undefined) return result.outcome === 'unknown' ? 'settled' : 'superseded';
    if (current.intentVersion !== claim.intentVersion) return 'superseded';
    // None of the claim's rows moved: it was the lease's.
    if (result.outcome === 'conflict' && sameRows(claim, current)) return 'lost';
    claim = current;
  }
  return 'superseded';
}

/** What a worker settles with, to be committed as it is or together with others. */
export function settlementCommit(
  { nowMs }: Pick<SettleContext, 'nowMs'>,
  claim: Claim,
  settlement: Settlement,
  epoch: RowVersion,
): { checks: Check[]; writes: Write[] } {
  const { checks, writes } = endOfIntent(claim, settlement, nowMs());
  return { checks: [...checks, leases.check(epoch, claim.shard)], writes };
}

/** All that ends an intent. */
export function endOfIntent(
  claim: Claim,
  settlement: Settlement,
  nowMs: number,
): { checks: Check[]; writes: Write[] } {
  const { intent, delivery } = claim;
  const moved = countersOf(intent);
  const checks: Check[] = [{ kind: 'version', key: claim.key, version: claim.intentVersion }];
  const writes: Write[] = [
    { kind: 'delete', key: claim.key },
    counters.add(moved.pendingCount, -1),
    counters.add(moved.pendingBytes, -intent.size),
    ...answerTasks(intent, answerOf(settlement)),
  ];
  // Without a delivery row the version was deleted meanwhile: there is nothing left that could have a status.
  if (settlement.kind !== 'gone' && delivery !== undefined) {
    const place = [intent.sourceBucketId, intent.key, intent.stamp, intent.rule.destination] as const;
    checks.push(deliveries.check(delivery.version, ...place));
    writes.push(deliveries.put(after(delivery.row, intent, settlement, nowMs), ...place));
    if (settlement.kind === 'failed') park(claim, settlement, checks, writes);
  }
  if (settlement.kind === 'delivered') {
    writes.push(counters.add(moved.replicatedCount, 1), counters.add(moved.replicatedBytes, intent.size));
    for (const { row, version } of claim.parked) unpark(row, version, checks, writes);
  }
  if (delivery === undefined || settlement.kind === 'gone') {
    for (const { row, version } of claim.parked) unpark(row, version, checks, writes);
  }
  return { checks, writes };
}

function answerOf(settlement: Settlement): JobAnswerRow {
  switch (settlement.kind) {
    case 'delivered':
      return { outcome: 'delivered' };
    case 'failed':
      return { outcome: 'failed', code: settlement.code, reason: settlement.reason };
    case 'gone':
      return VERSION_REMOVED;
  }
}

function sameRows(one: Claim, other: Claim): boolean {
  const rowVersions = (claim: Claim) => [
    claim.delivery?.version,
    ...claim.parked.map(({ version }) => version),
  ];
  return rowVersions(one).join() === rowVersions(other).join();
}

function after(
  row: DeliveryRow,
  intent: IntentRow,
  settlement: Exclude<Settlement, { kind: 'gone' }>,
  nowMs: number,
): DeliveryRow {
  return settlement.kind === 'delivered'
    ? afterDelivery(row, intent, nowMs)
    : afterFailure(row, intent, settlement, nowMs);
}

function park(
  claim: Claim,
  settlement: Extract<Settlement, { kind: 'failed' }>,
  checks: Check[],
  writes: Write[],
): void {
  const { intent } = claim;
  const before = claim.parked.find(({ row }) => row.kind === intent.kind);
  // The row is overwritten: what it was counted under goes down.
  if (before !== undefined) writes.push(failed(before.row, -1));
  checks.push(parkedIntents.check(before?.version ?? ABSENT, intent));
  const { waiting: _waiting, deliveryBefore: _before, ...rest } = intent;
  const parked: IntentRow = { ...rest, failureCode: settlement.code, lastError: settlement.reason };
  writes.push(parkedIntents.put(parked), failed(parked, 1));
}

function unpark(row: IntentRow, version: RowVersion, checks: Check[], writes: Write[]): void {
  checks.push(parkedIntents.check(version, row));
  writes.push(parkedIntents.delete(row), failed(row, -1));
}

function failed({ sourceBucketId, rule, failureCode }: IntentRow, delta: number): Write {
  return counters.add(
    counters.failedCount(sourceBucketId, rule.ruleId, rule.destination, failureCode ?? ''),
    delta,
  );
}
