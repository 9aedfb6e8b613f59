import { CLOSED_GENERATION, SharedCell } from './protocol.ts';

/** Keeps readers of all threads off a database that its owner closes: a read of a closed database would end the
 * process. The owner's side; the readers' is in threaded-store.ts.
 *
 * Invariant: a connection is known from when it was made, which the shared memory tells, until its thread has closed it or
 * ended. */
export class ReaderGate {
  readonly #cells: Int32Array;
  readonly #readers = new Set<Int32Array>();
  #joined = 0;

  constructor(shared: SharedArrayBuffer) {
    this.#cells = new Int32Array(shared);
  }

  /** @param reading of a connection, see `StoreConnection`
   * @returns call it when the connection is closed, by its thread or because that ended */
  join(reading: SharedArrayBuffer): () => void {
    const reader = new Int32Array(reading);
    this.#readers.add(reader);
    this.#joined += 1;
    return () => {
      this.#readers.delete(reader);
    };
  }

  /** New reads wait; resolves when none is under way. */
  async shut(): Promise<void> {
    if (this.#isShutForGood) return;
    Atomics.add(this.#cells, SharedCell.generation, 1);
    await this.#untilNoReader();
  }

  /** Waiting reads go on. */
  open(): void {
    if (this.#isShutForGood) return;
    Atomics.add(this.#cells, SharedCell.generation, 1);
    Atomics.notify(this.#cells, SharedCell.generation);
  }

  /** New reads fail from now on; resolves when none is under way. */
  async shutForGood(): Promise<void> {
    Atomics.store(this.#cells, SharedCell.generation, CLOSED_GENERATION);
    Atomics.notify(this.#cells, SharedCell.generation);
    await this.#untilNoReader();
  }

  get #isShutForGood(): boolean {
    return Atomics.load(this.#cells, SharedCell.generation) === CLOSED_GENERATION;
  }

  // A read takes microseconds and its thread is never suspended inside it, so asking each turn is enough.
  async #untilNoReader(): Promise<void> {
    while (this.#mayBeRead()) await new Promise<void>((resolve) => setImmediate(resolve));
  }

  #mayBeRead(): boolean {
    if (this.#joined < Atomics.load(this.#cells, SharedCell.connections)) return true;
    return [...this.#readers].some((reader) => Atomics.load(reader, 0) > 0);
  }
}
