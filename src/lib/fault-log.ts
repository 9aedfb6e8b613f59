import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';

/** What passes by itself is said again after this time, with how often it struck meanwhile. */
const REPEAT_MS = 60_000;
/** Beyond this many kinds the oldest are forgotten. */
const KINDS_MAX = 100;

/** Says why requests failed by our fault: each where it is one, and once a minute what strikes every request alike and
 * passes by itself (a full disk): each request has a line of its own anyway. */
export class FaultLog {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #passes: (cause: unknown) => boolean;
  readonly #kinds = new Map<string, { saidAtMs: number; count: number }>();

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
    const reason = cause instanceof Error ? cause.message : String(cause);
    // How many bytes are free changes with each request.
    const kind = reason.replaceAll(/\d+/g, '0');
    const nowMs = this.#clock.now();
    const known = this.#kinds.get(kind) ?? { saidAtMs: Number.NEGATIVE_INFINITY, count: 0 };
    known.count += 1;
    const sinceMs = nowMs - known.saidAtMs;
    if (sinceMs < 0 || sinceMs >= REPEAT_MS) {
      this.#logger.error({ requestId, operation, reason, count: known.count }, 'requests cannot be served');
      Object.assign(known, { saidAtMs: nowMs, count: 0 });
      this.#kinds.delete(kind);
    }
    this.#kinds.set(kind, known);
    if (this.#kinds.size > KINDS_MAX) this.#kinds.delete(this.#kinds.keys().next().value ?? '');
  }
}
