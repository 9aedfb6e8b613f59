import type { Random } from '../../lib/random.ts';
import { backoffMs, PAUSE_MS_MAX } from './retry.ts';

/** Whether a destination is worth calling. *Unreachable* belongs to the destination, not to its ten million
 * intents: their rows stay as they are.
 *
 * closed → open (a call found it unreachable) → probing (the pause is over: one call) → closed or open again */
export class Circuit {
  #failures = 0;
  #openUntilMs = 0;
  #reason: string | undefined;
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  state(nowMs: number): 'closed' | 'open' | 'probing' {
    if (this.#failures === 0) return 'closed';
    return nowMs < this.#openUntilMs ? 'open' : 'probing';
  }

  get reason(): string | undefined {
    return this.#reason;
  }

  /** Undefined while closed. */
  get retryAtMs(): number | undefined {
    return this.#failures === 0 ? undefined : this.#openUntilMs;
  }

  /** Calls that were under way when it opened say nothing new.
   * @returns whether it opened now. */
  fail(nowMs: number, reason: string): boolean {
    if (this.state(nowMs) === 'open') return false;
    this.#failures += 1;
    this.#openUntilMs = nowMs + backoffMs(this.#failures, PAUSE_MS_MAX, this.#random);
    this.#reason = reason;
    return true;
  }

  /** A pause measured on a clock that was set back since would last as long as the jump. */
  clampTo(nowMs: number): void {
    this.#openUntilMs = Math.min(this.#openUntilMs, nowMs + PAUSE_MS_MAX);
  }

  /** @returns whether it was open before. */
  succeed(): boolean {
    const wasOpen = this.#failures > 0;
    this.#failures = 0;
    this.#reason = undefined;
    return wasOpen;
  }
}
