import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { messageOf, saysUnavailable } from '../replication/destinations/unavailable.ts';

/** A cause that lasts is said again after this time. */
const REPEAT_MS = 60_000;
/** Beyond this many the oldest are forgotten. */
const CAUSES_MAX = 1_000;

/** Says what keeps jobs waiting, or what is a fault of ours: each cause once, and now and then while it lasts. */
export class TroubleLog {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #region: string;
  readonly #saidAtMs = new Map<string, number>();

  constructor(logger: Logger, clock: Clock, region: string) {
    this.#logger = logger;
    this.#clock = clock;
    this.#region = region;
  }

  /** @param job absent: all jobs of the region */
  note(error: unknown, job?: string): void {
    const reason = messageOf(error);
    const identity = `${job ?? ''} ${reason}`;
    const nowMs = this.#clock.now();
    const sinceMs = nowMs - (this.#saidAtMs.get(identity) ?? Number.NEGATIVE_INFINITY);
    if (sinceMs >= 0 && sinceMs < REPEAT_MS) return;
    if (this.#saidAtMs.size >= CAUSES_MAX) this.#saidAtMs.delete(this.#saidAtMs.keys().next().value ?? '');
    this.#saidAtMs.delete(identity);
    this.#saidAtMs.set(identity, nowMs);
    const said = { region: this.#region, ...(job !== undefined && { job }), reason };
    if (saysUnavailable(error)) this.#logger.warn(said, 'batch jobs wait');
    else this.#logger.error({ ...said, cause: error }, 'batch jobs met a fault');
  }
}
