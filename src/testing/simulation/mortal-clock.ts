import type { Clock } from '../../lib/clock.ts';

/** The clock of one process: when the process dies, its timers never fire. */
export class MortalClock implements Clock {
  readonly #clock: Clock;
  #alive = true;
  readonly #died: Promise<void>;
  #announce: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#died = new Promise((resolve) => {
      this.#announce = resolve;
    });
  }

  get died(): Promise<void> {
    return this.#died;
  }

  get alive(): boolean {
    return this.#alive;
  }

  now(): number {
    return this.#clock.now();
  }

  after(delayMs: number, task: () => void): () => void {
    return this.#clock.after(delayMs, () => {
      if (this.#alive) task();
    });
  }

  die(): void {
    this.#alive = false;
    this.#announce();
  }
}
