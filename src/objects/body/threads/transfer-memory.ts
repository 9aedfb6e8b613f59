/** What one message carries: four plain frames. Smaller ones cost more messages (15 µs each way), larger ones more memory for each
 * upload; hashing 256 KiB takes 0.4 ms. */
export const TRANSFER_BYTES = 256 * 1024;

/** Messages under way for each upload: one being hashed, one waiting, so that the thread never does. */
const IN_FLIGHT_MAX = 3;
/** With more than this out (32 MiB), each upload gets one at a time: a thousand uploads stay below 300 MiB. */
const PLENTY_MEMORIES_MAX = 128;
/** Kept for the next upload; the rest is left to the collector (8 MiB, and each event loop has two of these). */
const IDLE_MEMORIES_MAX = 32;

/** The memory in which chunks travel to threads and back. It is used over and over: fresh memory costs page faults,
 * which are dearer than the copy. */
export class TransferMemory {
  readonly #idle: ArrayBuffer[] = [];
  #out = 0;

  take(): ArrayBuffer {
    this.#out++;
    return this.#idle.pop() ?? new ArrayBuffer(TRANSFER_BYTES);
  }

  giveBack(memory: ArrayBuffer): void {
    this.#out--;
    if (this.#idle.length < IDLE_MEMORIES_MAX) this.#idle.push(memory);
  }

  /** One was lost with its thread. */
  lost(count: number): void {
    this.#out -= count;
  }

  inFlightMax(): number {
    return this.#out > PLENTY_MEMORIES_MAX ? 1 : IN_FLIGHT_MAX;
  }
}
