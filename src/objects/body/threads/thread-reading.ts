import { errorOf } from './faults.ts';
import type { FromThread, Reading, ToThread } from './messages.ts';

/** Batches asked for ahead: one being sent to the client, one being opened. They are what a slow client keeps in
 * memory (256 KiB each). */
const BATCHES_AHEAD = 2;

/** The event loop's end of one reading: frames as the thread opened them, in order.
 *
 * Invariant: batches asked for and not yet handed out whole are `BATCHES_AHEAD`, until the last one was asked for. */
export class ThreadReading implements AsyncIterableIterator<Buffer> {
  readonly #body: number;
  readonly #say: (message: ToThread) => void;
  readonly #leave: () => void;
  #batches: ArrayBuffer[][] = [];
  #position = 0;
  #last = false;
  #left = false;
  #failure: Error | undefined;
  #waiting: (() => void) | undefined;

  /** @param leave called once, when nothing more will be heard of this reading. */
  constructor(body: number, reading: Reading, say: (message: ToThread) => void, leave: () => void) {
    this.#body = body;
    this.#say = say;
    this.#leave = leave;
    say({ kind: 'read', body, reading });
    for (let batch = 0; batch < BATCHES_AHEAD; batch++) say({ kind: 'more', body });
  }

  async next(): Promise<IteratorResult<Buffer, undefined>> {
    for (;;) {
      const frame = this.#batches[0]?.[this.#position];
      if (frame !== undefined) {
        this.#advance();
        return { done: false, value: Buffer.from(frame) };
      }
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#last) return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }

  return(): Promise<IteratorResult<Buffer, undefined>> {
    this.#batches = [];
    this.#last = true;
    if (!this.#left) this.#say({ kind: 'stop', body: this.#body });
    this.#depart();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** From the thread. */
  hear(message: FromThread): void {
    if (message.kind === 'opened') {
      this.#batches.push(message.frames);
      this.#last = message.last;
      if (message.last) this.#depart();
    } else if (message.kind === 'failed') return this.fail(errorOf(message));
    this.#wakeUp();
  }

  /** Nothing more will be heard. */
  fail(failure: Error): void {
    this.#failure ??= failure;
    this.#depart();
    this.#wakeUp();
  }

  #advance(): void {
    this.#position++;
    if (this.#position < (this.#batches[0]?.length ?? 0)) return;
    this.#batches.shift();
    this.#position = 0;
    if (!this.#last) this.#say({ kind: 'more', body: this.#body });
  }

  #depart(): void {
    if (this.#left) return;
    this.#left = true;
    this.#leave();
  }

  #wakeUp(): void {
    const wake = this.#waiting;
    this.#waiting = undefined;
    wake?.();
  }
}
