const NOTHING = Buffer.alloc(0);

/** Chunks put together in one buffer, which grows to twice its size when it is full. A single one is kept as it came.
 *
 * A list of them would cost what their senders like: each chunk of one byte is an object, and keeps all of the memory
 * that its read of the socket filled. */
export class JoinedChunks {
  #buffer: Buffer = NOTHING;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(chunk: Buffer): void {
    const length = this.#length + chunk.length;
    if (this.#length === 0) {
      this.#buffer = chunk;
    } else {
      // The memory of a chunk that is kept as it came is full: it is never written to.
      if (length > this.#buffer.length) this.#grow(length);
      chunk.copy(this.#buffer, this.#length);
    }
    this.#length = length;
  }

  /** All of them. None is left. */
  take(): Buffer {
    const taken = this.#buffer.subarray(0, this.#length);
    this.#buffer = NOTHING;
    this.#length = 0;
    return taken;
  }

  #grow(lengthMin: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(lengthMin, 2 * this.#length));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}
