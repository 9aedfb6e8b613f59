import { MemoryPool } from '../../../lib/memory-pool.ts';

/** What one message of an upload carries: four plain frames. Smaller ones cost more messages (15 µs each way), larger ones more
 * memory for each upload; hashing 256 KiB takes 0.4 ms. */
export const UPLOAD_BYTES = 256 * 1024;
/** 8 MiB for each event loop. */
const IDLE_MAX = 32;

/** Messages under way for each upload: one being hashed, one waiting, so that the thread never does. */
const IN_FLIGHT_MAX = 3;
/** With more than this out (32 MiB), each upload gets one at a time: a thousand uploads stay below 300 MiB. */
const PLENTY_MEMORIES_MAX = 128;

/** The memory in which uploads travel to threads and back, and how much of it each may have under way. */
export class TransferMemory {
  readonly #pool = new MemoryPool(UPLOAD_BYTES, IDLE_MAX);
  #out = 0;

  take(): ArrayBuffer {
    this.#out++;
    return this.#pool.take();
  }

  giveBack(memory: ArrayBuffer): void {
    this.#out--;
    this.#pool.giveBack(memory);
  }

  /** One was lost with its thread. */
  lost(count: number): void {
    this.#out -= count;
  }

  inFlightMax(): number {
    return this.#out > PLENTY_MEMORIES_MAX ? 1 : IN_FLIGHT_MAX;
  }
}
