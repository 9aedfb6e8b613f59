import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../lib/clock.ts';

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  readonly task: () => void;
}

/** Time that passes only when a test lets it. Delays run on a steady time of their own, as a machine's timers do:
 * setting the clock (`jump`) changes what `now` says and not when a timer fires.
 *
 * Whatever waits for nothing but this clock and promises runs in one order for one seed. */
export class SimulatedClock implements Clock {
  #steadyMs = 0;
  #offsetMs: number;
  #order = 0;
  #timers: Timer[] = [];

  constructor(startMs = 1_800_000_000_000) {
    this.#offsetMs = startMs;
  }

  now(): number {
    return this.#offsetMs + this.#steadyMs;
  }

  /** Milliseconds since the simulation began, whatever the clock was set to. */
  get steadyMs(): number {
    return this.#steadyMs;
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = { dueMs: this.#steadyMs + Math.max(0, delayMs), order: this.#order++, task };
    this.#insert(timer);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index !== -1) this.#timers.splice(index, 1);
    };
  }

  /** Sets the clock forwards or backwards. */
  jump(byMs: number): void {
    this.#offsetMs += byMs;
  }

  /** Lets everything run that waits for no timer, then the next timer.
   * @returns false when there is none. */
  async step(): Promise<boolean> {
    await setImmediate();
    const timer = this.#timers.shift();
    if (timer === undefined) return false;
    this.#steadyMs = Math.max(this.#steadyMs, timer.dueMs);
    timer.task();
    return true;
  }

  /** Lets so much time pass, with all that happens in it. */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.#steadyMs + byMs;
    await setImmediate();
    while ((this.#timers[0]?.dueMs ?? Number.POSITIVE_INFINITY) <= untilMs) await this.step();
    this.#steadyMs = untilMs;
    await setImmediate();
  }

  /** Lets time pass until the promise is settled.
   * @throws Error when nothing is left that could settle it */
  async run<Result>(promise: Promise<Result>): Promise<Result> {
    const state = { settled: false };
    const watched = promise.finally(() => {
      state.settled = true;
    });
    watched.catch(() => undefined);
    await setImmediate();
    while (!state.settled) {
      if (await this.step()) continue;
      await setImmediate();
      if (!state.settled) throw new Error('the simulation waits for something that never comes');
    }
    return watched;
  }

  #insert(timer: Timer): void {
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#timers[middle];
      if (
        other !== undefined &&
        (other.dueMs < timer.dueMs || (other.dueMs === timer.dueMs && other.order < timer.order))
      )
        low = middle + 1;
      else high = middle;
    }
    this.#timers.splice(low, 0, timer);
  }
}
