import type { Random } from '../../lib/random.ts';
import { intents } from '../../store/tables/intents.ts';
import { leases } from '../../store/tables/leases.ts';
import type { Claim } from './claim.ts';
import { backoffMs, RETRY_DELAY_MS_MAX } from './retry.ts';
import type { SettleContext } from './settle.ts';

/** The failure of this very object: the only kind that rewrites its row. Where the commit does not happen, the row
 * stays due and is simply tried again.
 * @returns when it is due next
 * @throws StoreUnavailableError */
export async function reschedule(
  context: SettleContext,
  claim: Claim,
  reason: string,
  random: Random,
): Promise<number> {
  const attempts = claim.intent.attempts + 1;
  const nextAttemptAtMs = context.nowMs() + backoffMs(attempts, RETRY_DELAY_MS_MAX, random);
  const epoch = context.epoch(claim.shard);
  if (epoch === undefined) return nextAttemptAtMs;
  const row = { ...claim.intent, attempts, nextAttemptAtMs, lastError: reason };
  await context.store.commit({
    checks: [intents.check(claim.intentVersion, claim.intent), leases.check(epoch, claim.shard)],
    writes: [intents.put(row)],
  });
  return nextAttemptAtMs;
}
