import { FRAME_PLAIN_BYTES, FRAME_SEALED_BYTES } from '../../../keys/frame-layout.ts';
import { recyclable } from '../../../lib/recycle.ts';
import { errorOf } from './faults.ts';
import type { FromThread, Reading, ToThread } from './messages.ts';
import { BATCHES_AHEAD, READING_BYTES_MIN, type ReadingMemory } from './reading-memory.ts';

type Batch = FromThread & { readonly kind: 'opened' };

/** The event loop's end of one reading: plain batches as the thread opened them, in order. Their memory may be
 * recycled.
 *
 * Invariant: `#asked` batches were asked for and not yet handed out: `BATCHES_AHEAD`, until all were. */
export class ThreadReading implements AsyncIterableIterator<Buffer> {
  readonly #body: number;
  readonly #say: (message: ToThread, transfer?: ArrayBuffer[]) => void;
  readonly #memory: ReadingMemory;
  readonly #leave: () => void;
  #batches: Batch[] = [];
  #asked = 0;
  #framesToAsk = 0;
  #last = false;
  #left = false;
  #failure: Error | undefined;
  #waiting: (() => void) | undefined;

  /** @param leave called once, when nothing more will be heard of this reading. */
  constructor(
    body: number,
    say: (message: ToThread, transfer?: ArrayBuffer[]) => void,
    memory: ReadingMemory,
    leave: () => void,
  ) {
    this.#body = body;
    this.#say = say;
    this.#memory = memory;
    this.#leave = leave;
  }

  start(reading: Reading): void {
    this.#framesToAsk = Math.ceil((reading.range.end - reading.range.start) / FRAME_SEALED_BYTES);
    this.#say({ kind: 'read', body: this.#body, reading });
    this.#memory.enter();
    this.#askForBatch(READING_BYTES_MIN);
    this.#askForMore();
  }

  async next(): Promise<IteratorResult<Buffer, undefined>> {
    for (;;) {
      const batch = this.#batches.shift();
      if (batch !== undefined) {
        this.#asked--;
        this.#askForMore();
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
    for (const { memory } of this.#batches) this.#memory.giveBack(memory);
    this.#batches = [];
    this.#last = true;
    this.#framesToAsk = 0;
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
    while (this.#asked < BATCHES_AHEAD && this.#framesToAsk > 0) {
      this.#askForBatch(this.#framesToAsk * FRAME_PLAIN_BYTES);
    }
  }

  #askForBatch(wantedBytes: number): void {
    const memory = this.#memory.take(wantedBytes);
    this.#asked++;
    this.#framesToAsk -= Math.floor(memory.byteLength / FRAME_PLAIN_BYTES);
    this.#say({ kind: 'more', body: this.#body, memory }, [memory]);
  }

  #depart(): void {
    if (this.#left) return;
    this.#left = true;
    this.#memory.leave();
    this.#leave();
  }

  #wakeUp(): void {
    const wake = this.#waiting;
    this.#waiting = undefined;
    wake?.();
  }
}
