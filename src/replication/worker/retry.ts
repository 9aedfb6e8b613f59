import type { Random } from '../../lib/random.ts';

/** Half a second is long enough for a passing trouble to pass and short enough that nobody notices. */
export const RETRY_DELAY_MS_MIN = 500;
/** An object that fails alone is tried four times an hour for as long as it takes: AWS states no limit. */
export const RETRY_DELAY_MS_MAX = 15 * 60_000;
/** A destination that is back is found within this time. */
export const PAUSE_MS_MAX = 30_000;

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
