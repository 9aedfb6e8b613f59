import { recycle } from '../../../lib/recycle.ts';
import type { BlobId } from '../../../store/blobs/blob-store.ts';
import type { BodyDigests } from '../body-sink.ts';
import type { LargeSink } from '../large-sink.ts';
import { errorOf } from './faults.ts';
import type { FromThread, ToThread } from './messages.ts';
import { type TransferMemory, UPLOAD_BYTES } from './transfer-memory.ts';

type Result = BodyDigests & { readonly blob: BlobId };

/** The event loop's end of one upload: gathers chunks into transfer memory and sends it to the thread.
 *
 * States: open → finishing → done, or → failed (`#failure` set) from any; `abort` from any → done.
 * Invariants
 * - `#inFlight` counts the messages whose memory has not come back; beyond the limit, `write` waits.
 * - Whoever waits for news is in `#waiting`; whatever arrives wakes all, and they look again. */
export class ThreadSink implements LargeSink {
  readonly #body: number;
  readonly #say: (message: ToThread, transfer?: ArrayBuffer[]) => void;
  readonly #memory: TransferMemory;
  readonly #leave: () => void;
  #filling: ArrayBuffer | undefined;
  #filled = 0;
  #inFlight = 0;
  #failure: Error | undefined;
  #result: Result | undefined;
  #aborted = false;
  #waiting: (() => void)[] = [];

  /** @param leave called once, when nothing more will be heard of this upload. */
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

  write(chunk: Uint8Array): Promise<void> | void {
    const taken = this.#fill(chunk, 0);
    if (taken < chunk.length) return this.#writeRest(chunk, taken);
    recycle(chunk);
  }

  async finish(): Promise<Result> {
    this.#send();
    if (this.#failure === undefined) this.#say({ kind: 'finish', body: this.#body });
    while (this.#result === undefined) {
      if (this.#failure !== undefined) throw this.#failure;
      await this.#news();
    }
    this.#leave();
    return this.#result;
  }

  async abort(): Promise<void> {
    if (this.#filling !== undefined) this.#memory.giveBack(this.#filling);
    this.#filling = undefined;
    this.#failure ??= new Error('The upload was aborted.');
    this.#wakeUp();
    this.#say({ kind: 'abort', body: this.#body });
    while (!this.#aborted && this.#result === undefined) await this.#news();
    this.#leave();
  }

  /** From the thread. */
  hear(message: FromThread): void {
    if (message.kind === 'consumed') {
      this.#inFlight--;
      this.#memory.giveBack(message.memory);
    } else if (message.kind === 'finished') {
      this.#result = { ...message.digests, blob: message.blob };
    } else if (message.kind === 'aborted') {
      this.#aborted = true;
    } else if (message.kind === 'failed') {
      this.#failure ??= errorOf(message);
    }
    this.#wakeUp();
  }

  /** The thread is gone: nothing will be heard any more. */
  fail(failure: Error): void {
    this.#failure ??= failure;
    this.#aborted = true;
    this.#memory.lost(this.#inFlight);
    this.#inFlight = 0;
    this.#leave();
    this.#wakeUp();
  }

  /** Copies from `chunk` until it is empty or no memory may be taken; returns how far it came. */
  #fill(chunk: Uint8Array, start: number): number {
    if (this.#failure !== undefined) throw this.#failure;
    let taken = start;
    while (taken < chunk.length) {
      if (this.#filling === undefined) {
        if (this.#inFlight >= this.#memory.inFlightMax()) break;
        this.#filling = this.#memory.take();
      }
      const piece = chunk.subarray(taken, taken + UPLOAD_BYTES - this.#filled);
      new Uint8Array(this.#filling, this.#filled).set(piece);
      this.#filled += piece.length;
      taken += piece.length;
      if (this.#filled === UPLOAD_BYTES) this.#send();
    }
    return taken;
  }

  async #writeRest(chunk: Uint8Array, start: number): Promise<void> {
    for (let taken = start; taken < chunk.length; taken = this.#fill(chunk, taken)) await this.#news();
    recycle(chunk);
  }

  #send(): void {
    const memory = this.#filling;
    if (memory === undefined) return;
    this.#say({ kind: 'chunk', body: this.#body, memory, length: this.#filled }, [memory]);
    this.#filling = undefined;
    this.#filled = 0;
    this.#inFlight++;
  }

  #news(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #wakeUp(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
