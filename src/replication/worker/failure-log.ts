import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';

/** A cause that lasts is said again after this time, with how often it struck meanwhile. */
const REPEAT_MS = 60_000;
/** Causes are few (destination, rule, code); beyond this many the oldest are forgotten. */
const CAUSES_MAX = 1000;

export interface Failure {
  readonly destination: string;
  readonly ruleId?: string;
  readonly code: string;
  readonly reason: string;
}

/** Says a failure once per cause with a count, however many objects it strikes. */
export class FailureLog {
  readonly #causes = new Map<string, { failure: Failure; count: number; loggedAtMs: number }>();
  readonly #logger: Logger;
  readonly #clock: Clock;

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  note(failure: Failure): void {
    const identity = `${failure.destination} ${failure.ruleId ?? ''} ${failure.code}`;
    const nowMs = this.#clock.now();
    const known = this.#causes.get(identity);
    if (known === undefined) {
      if (this.#causes.size >= CAUSES_MAX) this.#causes.delete(this.#causes.keys().next().value ?? '');
      this.#causes.set(identity, { failure, count: 0, loggedAtMs: nowMs });
      this.#write(failure, 1);
      return;
    }
    known.count += 1;
    if (nowMs - known.loggedAtMs >= REPEAT_MS) this.#repeat(known, nowMs);
  }

  /** Called now and then: says what was counted since a cause was last said. */
  flush(): void {
    const nowMs = this.#clock.now();
    for (const [identity, cause] of this.#causes) {
      if (nowMs - cause.loggedAtMs < REPEAT_MS) continue;
      if (cause.count > 0) this.#repeat(cause, nowMs);
      else this.#causes.delete(identity);
    }
  }

  #repeat(cause: { failure: Failure; count: number; loggedAtMs: number }, nowMs: number): void {
    this.#write(cause.failure, cause.count);
    cause.count = 0;
    cause.loggedAtMs = nowMs;
  }

  #write(failure: Failure, count: number): void {
    this.#logger.warn({ ...failure, count }, 'replication failed');
  }
}
