import { FRAME_PLAIN_BYTES } from '../../../keys/frame-layout.ts';
import { MemoryPool } from '../../../lib/memory-pool.ts';

/** What one message of a reading may carry: two to sixteen plain frames. Opening takes a fifth of hashing, so that messages
 * weigh more than with uploads: with 256 KiB for each, large GETs are a third slower than with 1 MiB. */
const BATCH_BYTES = [2, 4, 8, 16].map((frames) => frames * FRAME_PLAIN_BYTES);
/** Of the first message: a client need not wait until a whole MiB is opened. */
export const READING_BYTES_MIN = 2 * FRAME_PLAIN_BYTES;
export const READING_BYTES_MAX = 16 * FRAME_PLAIN_BYTES;

/** One being sent to the client, one being opened. */
export const BATCHES_AHEAD = 2;
/** For all readings of an event loop, as long as that is possible: the more there are, the less each takes. A thousand slow
 * clients keep 384 MiB, three batches of the smallest size each. */
const READINGS_BYTES_MAX = 64 * 1024 * 1024;
/** Kept for the next bodies, of each size: what four readings use. */
const IDLE_MAX = 16;

/** The memory in which plain batches travel to the event loop, and how much of it a reading takes. The size of a piece is
 * the size of its batch. */
export class ReadingMemory {
  readonly #pools = BATCH_BYTES.map((bytes) => new MemoryPool(bytes, IDLE_MAX));
  #readings = 0;

  enter(): void {
    this.#readings++;
  }

  leave(): void {
    this.#readings--;
  }

  /** @param wantedBytes a larger piece would be of no use. */
  take(wantedBytes: number): ArrayBuffer {
    const affordedBytes = READINGS_BYTES_MAX / ((BATCHES_AHEAD + 1) * this.#readings);
    let position = 0;
    while ((BATCH_BYTES[position] ?? wantedBytes) < wantedBytes) {
      if ((BATCH_BYTES[position + 1] ?? Number.POSITIVE_INFINITY) > affordedBytes) break;
      position++;
    }
    return this.#poolAt(position).take();
  }

  giveBack(memory: ArrayBuffer): void {
    this.#poolAt(BATCH_BYTES.indexOf(memory.byteLength)).giveBack(memory);
  }

  #poolAt(position: number): MemoryPool {
    const pool = this.#pools[position];
    if (pool === undefined) throw new RangeError('This memory is of no reading.');
    return pool;
  }
}
