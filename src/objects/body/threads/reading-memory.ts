import { FRAME_PLAIN_BYTES } from '../../../keys/frame-layout.ts';
import { TransferMemory } from './transfer-memory.ts';

/** What one message of a reading carries: sixteen plain frames. Opening takes a fifth of hashing, so that messages weigh more
 * than with uploads: with 256 KiB, large GETs are a third slower. */
export const READING_BYTES = 16 * FRAME_PLAIN_BYTES;
/** The first message of each, so that a client need not wait until all of the above is opened, and all messages
 * where there are many readings. */
export const READING_BYTES_SMALL = 2 * FRAME_PLAIN_BYTES;

/** One being sent to the client, one being opened. */
const BATCHES_AHEAD = 2;
/** With more readings at once each takes little: a thousand slow clients keep 256 MiB, and these 96. */
const MANY_READINGS = 32;

/** 16 and 4 MiB for each event loop: what four readings of fast clients use. */
const LARGE_IDLE_MAX = 16;
const SMALL_IDLE_MAX = 32;

/** The memory in which plain batches travel to the event loop, and how much of it a reading takes. The size of a piece is
 * the size of its batch. */
export class ReadingMemory {
  readonly #large = new TransferMemory(READING_BYTES, LARGE_IDLE_MAX);
  readonly #small = new TransferMemory(READING_BYTES_SMALL, SMALL_IDLE_MAX);
  #readings = 0;

  enter(): void {
    this.#readings++;
  }

  leave(): void {
    this.#readings--;
  }

  /** Batches that one reading asks for ahead. */
  get batchesAhead(): number {
    return this.#many ? 1 : BATCHES_AHEAD;
  }

  /** @param wantedBytes a larger piece would be of no use. */
  take(wantedBytes: number): ArrayBuffer {
    return (this.#many || wantedBytes <= READING_BYTES_SMALL ? this.#small : this.#large).take();
  }

  giveBack(memory: ArrayBuffer): void {
    (memory.byteLength === READING_BYTES_SMALL ? this.#small : this.#large).giveBack(memory);
  }

  get #many(): boolean {
    return this.#readings > MANY_READINGS;
  }
}
