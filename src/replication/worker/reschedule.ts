import type { Random } from '../../lib/random.ts';
import { answerTasks } from '../../objects/answer-tasks.ts';
import { pendingTable } from '../../store/tables/intents.ts';
import { leases } from '../../store/tables/leases.ts';
import type { IntentRow } from '../../store/tables/rows.ts';
import type { Claim } from './claim.ts';
import { backoffMs, isLastAttempt, RETRY_DELAY_MS_MAX } from './retry.ts';
import type { SettleContext } from './settle.ts';

/** The failure of this very object: the only kind that rewrites its row. Where the commit does not happen, the row
 * stays due and is simply tried again. A task of a batch job that joined a live intent waits no longer than it would
 * for one of its own; the intent goes on without it.
 * @returns when it is due next
 * @throws StoreUnavailableError */
export async function reschedule(
  context: SettleContext,
  claim: Claim,
  reason: string,
  random: Random,
): Promise<number> {
  const { intent } = claim;
  const attempts = intent.attempts + 1;
  const nextAttemptAtMs = context.nowMs() + backoffMs(attempts, RETRY_DELAY_MS_MAX, random);
  const epoch = context.epoch(claim.shard);
  if (epoch === undefined) return nextAttemptAtMs;
  const { waiting, ...rest } = intent;
  const left = waiting !== undefined && isLastAttempt(intent);
  const row: IntentRow = { ...(left ? rest : intent), attempts, nextAttemptAtMs, lastError: reason };
  const answers = left ? answerTasks(intent, { outcome: 'failed', code: 'InternalError', reason }) : [];
  const table = pendingTable(intent.class);
  await context.store.commit({
    checks: [table.check(claim.intentVersion, intent), leases.check(epoch, claim.shard)],
    writes: [table.put(row), ...answers],
  });
  return nextAttemptAtMs;
}
