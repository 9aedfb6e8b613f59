/** What one message of an upload carries: four plain frames. Smaller ones cost more messages (15 µs each way), larger ones more
 * memory for each upload; hashing 256 KiB takes 0.4 ms. */
export const UPLOAD_BYTES = 256 * 1024;
/** 8 MiB for each event loop. */
export const UPLOAD_IDLE_MAX = 32;

/** Messages under way for each upload: one being hashed, one waiting, so that the thread never does. */
const IN_FLIGHT_MAX = 3;
/** With more than this out (32 MiB), each upload gets one at a time: a thousand uploads stay below 300 MiB. */
const PLENTY_MEMORIES_MAX = 128;

/** The memory in which chunks travel to threads and back. It is used over and over: fresh memory costs page faults,
 * which are dearer than the copy. */
export class TransferMemory {
  readonly #bytes: number;
  readonly #idleMax: number;
  readonly #idle: ArrayBuffer[] = [];
  #out = 0;

  /** @param bytes of each piece.
   * @param idleMax pieces kept for the next body; the rest is left to the collector. */
  constructor(bytes: number, idleMax: number) {
    this.#bytes = bytes;
    this.#idleMax = idleMax;
  }

  take(): ArrayBuffer {
    this.#out++;
    return this.#idle.pop() ?? new ArrayBuffer(this.#bytes);
  }

  giveBack(memory: ArrayBuffer): void {
    this.#out--;
    if (this.#idle.length < this.#idleMax) this.#idle.push(memory);
  }

  /** One was lost with its thread. */
  lost(count: number): void {
    this.#out -= count;
  }

  inFlightMax(): number {
    return this.#out > PLENTY_MEMORIES_MAX ? 1 : IN_FLIGHT_MAX;
  }
}
