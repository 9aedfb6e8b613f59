import { FRAME_PLAIN_BYTES, FRAME_SEALED_BYTES } from '../../../keys/frame-layout.ts';
import { recyclable } from '../../../lib/recycle.ts';
import { errorOf } from './faults.ts';
import type { FromThread, Reading, ToThread } from './messages.ts';
import type { TransferMemory } from './transfer-memory.ts';

/** How much a reading takes at once. */
export interface ReadingPace {
  /** Batches asked for ahead, at least one. They, and the one being sent, are what a slow client keeps in memory. */
  readonly batchesAhead: number;
  /** The size of its pieces is the size of a batch. */
  readonly memory: TransferMemory;
}

type Batch = FromThread & { readonly kind: 'opened' };

/** The event loop's end of one reading: plain batches as the thread opened them, in order. Their memory may be
 * recycled.
 *
 * Invariant: `#asked` has one entry for each batch asked for and not yet handed out, in order: where its memory is from.
 * They are as many as the pace says, until all were asked for. */
export class ThreadReading implements AsyncIterableIterator<Buffer> {
  readonly #body: number;
  readonly #say: (message: ToThread, transfer?: ArrayBuffer[]) => void;
  readonly #pace: () => ReadingPace;
  readonly #leave: () => void;
  #batches: Batch[] = [];
  #asked: TransferMemory[] = [];
  #framesToAsk = 0;
  #last = false;
  #left = false;
  #failure: Error | undefined;
  #waiting: (() => void) | undefined;

  /** @param leave called once, when nothing more will be heard of this reading. */
  constructor(
    body: number,
    say: (message: ToThread, transfer?: ArrayBuffer[]) => void,
    pace: () => ReadingPace,
    leave: () => void,
  ) {
    this.#body = body;
    this.#say = say;
    this.#pace = pace;
    this.#leave = leave;
  }

  start(reading: Reading): void {
    this.#framesToAsk = Math.ceil((reading.range.end - reading.range.start) / FRAME_SEALED_BYTES);
    this.#say({ kind: 'read', body: this.#body, reading });
    this.#askForMore();
  }

  async next(): Promise<IteratorResult<Buffer, undefined>> {
    for (;;) {
      const batch = this.#batches.shift();
      if (batch !== undefined) {
        const from = this.#asked.shift();
        this.#askForMore();
        const chunk = Buffer.from(batch.memory, 0, batch.length);
        return { done: false, value: recyclable(chunk, () => from?.giveBack(batch.memory)) };
      }
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#last) return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }

  return(): Promise<IteratorResult<Buffer, undefined>> {
    for (const [position, batch] of this.#batches.entries()) this.#asked[position]?.giveBack(batch.memory);
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
    const { batchesAhead, memory } = this.#pace();
    while (this.#asked.length < batchesAhead && this.#framesToAsk > 0) {
      const piece = memory.take();
      this.#framesToAsk -= Math.floor(piece.byteLength / FRAME_PLAIN_BYTES);
      this.#asked.push(memory);
      this.#say({ kind: 'more', body: this.#body, memory: piece }, [piece]);
    }
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
