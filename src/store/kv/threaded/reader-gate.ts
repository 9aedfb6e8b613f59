import { CLOSED_GENERATION, SharedCell } from './protocol.ts';

/** Keeps readers of all threads off a database that its owner closes: a read of a closed database would end the
 * process. The owner's side; the readers' is in threaded-store.ts. */
export class ReaderGate {
  readonly #cells: Int32Array;

  constructor(shared: SharedArrayBuffer) {
    this.#cells = new Int32Array(shared);
  }

  /** New reads wait; resolves when none is under way. */
  async shut(): Promise<void> {
    Atomics.add(this.#cells, SharedCell.generation, 1);
    await this.#untilNoReader();
  }

  /** Waiting reads go on. */
  open(): void {
    Atomics.add(this.#cells, SharedCell.generation, 1);
    Atomics.notify(this.#cells, SharedCell.generation);
  }

  /** New reads fail from now on; resolves when none is under way. */
  async shutForGood(): Promise<void> {
    Atomics.store(this.#cells, SharedCell.generation, CLOSED_GENERATION);
    Atomics.notify(this.#cells, SharedCell.generation);
    await this.#untilNoReader();
  }

  // A read takes microseconds and its thread is never suspended inside it, so asking each turn is enough.
  async #untilNoReader(): Promise<void> {
    while (Atomics.load(this.#cells, SharedCell.readers) > 0) {
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }
}
