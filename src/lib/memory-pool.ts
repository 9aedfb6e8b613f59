/** Pieces of memory of one size that are used over and over: fresh memory costs page faults, which are dearer than a copy, and
 * what is left to the collector holds up its thread (lib/recycle.ts). A piece that is not given back is lost to nobody but
 * the pool. */
export class MemoryPool {
  readonly #pieceBytes: number;
  readonly #idleMax: number;
  readonly #idle: ArrayBuffer[] = [];

  /** @param idleMax pieces kept for the next; the rest is left to the collector. */
  constructor(pieceBytes: number, idleMax: number) {
    this.#pieceBytes = pieceBytes;
    this.#idleMax = idleMax;
  }

  take(): ArrayBuffer {
    return this.#idle.pop() ?? new ArrayBuffer(this.#pieceBytes);
  }

  giveBack(memory: ArrayBuffer): void {
    if (this.#idle.length < this.#idleMax) this.#idle.push(memory);
  }
}
