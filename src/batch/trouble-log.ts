import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/error-message.ts';
import type { Logger } from '../lib/logger.ts';
import { RepeatedCauses } from '../lib/repeated-causes.ts';
import { saysUnavailable } from '../replication/destinations/unavailable.ts';

const CAUSES_MAX = 1_000;

/** Says what keeps jobs waiting, or what is a fault of ours: each cause once, and now and then while it lasts. */
export class TroubleLog {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #region: string;
  readonly #causes = new RepeatedCauses(CAUSES_MAX);

  constructor(logger: Logger, clock: Clock, region: string) {
    this.#logger = logger;
    this.#clock = clock;
    this.#region = region;
  }

  /** @param job absent: all jobs of the region */
  note(error: unknown, job?: string): void {
    const reason = messageOf(error);
    if (this.#causes.strike(`${job ?? ''} ${reason}`, this.#clock.now()) === undefined) return;
    const said = { region: this.#region, ...(job !== undefined && { job }), reason };
    if (saysUnavailable(error)) this.#logger.warn(said, 'batch jobs wait');
    else this.#logger.error({ ...said, cause: error }, 'batch jobs met a fault');
  }
}
