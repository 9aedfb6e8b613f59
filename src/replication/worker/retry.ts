import type { Random } from '../../lib/random.ts';
import type { IntentRow } from '../../store/tables/rows.ts';
import type { Outcome } from './outcome.ts';

/** Half a second is long enough for a passing trouble to pass and short enough that nobody notices. */
export const RETRY_DELAY_MS_MIN = 500;
/** An object that fails alone is tried four times an hour for as long as it takes: AWS states no limit. */
export const RETRY_DELAY_MS_MAX = 15 * 60_000;
/** A destination that is back is found within this time. */
export const PAUSE_MS_MAX = 30_000;

/** With the delays between them these attempts take one to two minutes: what passes by itself has passed by then, and
 * nobody waits for ever for a job's report. */
const TASK_ATTEMPTS_MAX = 9;

/** Whether a task of a batch job has no patience for another attempt. */
export function isLastAttempt({ attempts }: Pick<IntentRow, 'attempts'>): boolean {
  return attempts + 1 >= TASK_ATTEMPTS_MAX;
}

/** A live change is tried for as long as it takes; what a batch job wants fails after a while, and the job goes on. */
export function withinPatience(intent: IntentRow, outcome: Outcome): Outcome {
  if (outcome.kind !== 'retry' || intent.class === 'live' || !isLastAttempt(intent)) return outcome;
  return { kind: 'failed', code: 'InternalError', reason: outcome.reason, arrived: false };
}

/** Doubles with each attempt, and spreads by half so that what failed together does not come back together.
 * `attempts` counts from 1. */
export function backoffMs(attempts: number, delayMsMax: number, random: Random): number {
  // 2^30 half-seconds is far above any maximum; the bound only keeps the power finite.
  const delay = Math.min(delayMsMax, RETRY_DELAY_MS_MIN * 2 ** Math.min(attempts - 1, 30));
  const spread = random.bytes(2).readUInt16BE(0) / 0xffff;
  return Math.round(delay / 2 + (delay / 2) * spread);
}

/** A time further ahead than any delay was set before the clock was set back: it counts as now. */
export function isDue(nextAttemptAtMs: number, nowMs: number): boolean {
  return nextAttemptAtMs <= nowMs || nextAttemptAtMs > nowMs + RETRY_DELAY_MS_MAX;
}
