/** A cause that lasts is said again after this time. */
const REPEAT_MS = 60_000;

/** Which causes are to be said now: each when it strikes first, and once a minute while it lasts. */
export class RepeatedCauses {
  readonly #causes = new Map<string, { readonly saidAtMs: number; count: number }>();
  readonly #causesMax: number;

  /** @param causesMax beyond this many, the one that was said longest ago is forgotten */
  constructor(causesMax: number) {
    this.#causesMax = causesMax;
  }

  /** @returns how often it struck since it was said last, this time too; undefined while it need not be said again */
  strike(cause: string, nowMs: number): number | undefined {
    const known = this.#causes.get(cause);
    if (known !== undefined) {
      known.count += 1;
      const sinceMs = nowMs - known.saidAtMs;
      // A clock that was set back must not silence it.
      if (sinceMs >= 0 && sinceMs < REPEAT_MS) return undefined;
    }
    this.#causes.delete(cause);
    this.#causes.set(cause, { saidAtMs: nowMs, count: 0 });
    if (this.#causes.size > this.#causesMax) this.#causes.delete(this.#causes.keys().next().value ?? '');
    return known?.count ?? 1;
  }
}
