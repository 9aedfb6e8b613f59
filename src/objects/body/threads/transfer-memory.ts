/** What one message to a thread carries: four plain frames. Smaller ones cost more messages (15 µs each way), larger ones more
 * memory for each upload; hashing 256 KiB takes 0.4 ms. */
export const UPLOAD_BYTES = 256 * 1024;
/** What one message of a thread carries: eight plain frames. Opening them takes a fifth of hashing, so that messages
 * weigh more: with four of them, large GETs are a quarter slower. */
export const READING_BYTES = 512 * 1024;
/** With many readings at once: a thousand slow clients then keep 256 MiB. */
export const READING_BYTES_OF_MANY = 128 * 1024;

/** Messages under way for each upload: one being hashed, one waiting, so that the thread never does. */
const IN_FLIGHT_MAX = 3;
/** With more than this out (32 MiB), each upload gets one at a time: a thousand uploads stay below 300 MiB. */
const PLENTY_MEMORIES_MAX = 128;
/** Kept for the next body; the rest is left to the collector. Each event loop has two of these. */
const IDLE_BYTES_MAX = 8 * 1024 * 1024;

/** The memory in which chunks travel to threads and back. It is used over and over: fresh memory costs page faults,
 * which are dearer than the copy. */
export class TransferMemory {
  readonly #bytes: number;
  readonly #idle: ArrayBuffer[] = [];
  #out = 0;

  /** @param bytes of each piece. */
  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  take(): ArrayBuffer {
    this.#out++;
    return this.#idle.pop() ?? new ArrayBuffer(this.#bytes);
  }

  giveBack(memory: ArrayBuffer): void {
    this.#out--;
    if ((this.#idle.length + 1) * this.#bytes <= IDLE_BYTES_MAX) this.#idle.push(memory);
  }

  /** One was lost with its thread. */
  lost(count: number): void {
    this.#out -= count;
  }

  inFlightMax(): number {
    return this.#out > PLENTY_MEMORIES_MAX ? 1 : IN_FLIGHT_MAX;
  }
}
