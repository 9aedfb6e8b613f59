import { recyclable } from '../../../lib/recycle.ts';
import { errorOf } from './faults.ts';
import type { FromThread, Reading, ToThread } from './messages.ts';
import type { TransferMemory } from './transfer-memory.ts';

/** Batches asked for ahead: one being sent to the client, one being opened. They are what a slow client keeps in
 * memory (256 KiB each). */
const BATCHES_AHEAD = 2;

type Batch = FromThread & { readonly kind: 'opened' };

/** The event loop's end of one reading: plain batches as the thread opened them, in order. Their memory may be
 * recycled.
 *
 * Invariant: the batches asked for and not yet handed out are `BATCHES_AHEAD`, until the last one has come. */
export class ThreadReading implements AsyncIterableIterator<Buffer> {
  readonly #body: number;
  readonly #say: (message: ToThread, transfer?: ArrayBuffer[]) => void;
  readonly #memory: TransferMemory;
  readonly #leave: () => void;
  #batches: Batch[] = [];
  #last = false;
  #left = false;
  #failure: Error | undefined;
  #waiting: (() => void) | undefined;

  /** @param leave called once, when nothing more will be heard of this reading. */
  constructor(
    body: number,
    say: (message: ToThread, transfer?: ArrayBuffer[]) => void,
    memory: TransferMemory,
    leave: () => void,
  ) {
    this.#body = body;
    this.#say = say;
    this.#memory = memory;
    this.#leave = leave;
  }

  start(reading: Reading): void {
    this.#say({ kind: 'read', body: this.#body, reading });
    for (let batch = 0; batch < BATCHES_AHEAD; batch++) this.#askForMore();
  }

  async next(): Promise<IteratorResult<Buffer, undefined>> {
    for (;;) {
      const batch = this.#batches.shift();
      if (batch !== undefined) {
        if (!this.#last) this.#askForMore();
        const chunk = Buffer.from(batch.memory, 0, batch.length);
        return { done: false, value: recyclable(chunk, () => this.#memory.giveBack(batch.memory)) };
      }
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#last) return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }

  return(): Promise<IteratorResult<Buffer, undefined>> {
    for (const batch of this.#batches) this.#memory.giveBack(batch.memory);
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
      this.#batches.push(message);
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

  #askForMore(): void {
    const memory = this.#memory.take();
    this.#say({ kind: 'more', body: this.#body, memory }, [memory]);
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
