import type { Clock } from './clock.ts';
import { messageOf } from './error-message.ts';
import type { Logger } from './logger.ts';
import { RepeatedCauses } from './repeated-causes.ts';

const KINDS_MAX = 100;

/** Says why requests failed by our fault: each where it is one, and once a minute what strikes every request alike and
 * passes by itself (a full disk): each request has a line of its own anyway. */
export class FaultLog {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #passes: (cause: unknown) => boolean;
  readonly #kinds = new RepeatedCauses(KINDS_MAX);

  constructor(logger: Logger, clock: Clock, passes: (cause: unknown) => boolean) {
    this.#logger = logger;
    this.#clock = clock;
    this.#passes = passes;
  }

  note(requestId: string, operation: string | undefined, cause: unknown): void {
    if (!this.#passes(cause)) {
      this.#logger.error({ requestId, operation, cause }, 'a request failed by our fault');
      return;
    }
    const reason = messageOf(cause);
    // How many bytes are free changes with each request.
    const count = this.#kinds.strike(reason.replaceAll(/\d+/g, '0'), this.#clock.now());
    if (count === undefined) return;
    this.#logger.error({ requestId, operation, reason, count }, 'requests cannot be served');
  }
}
