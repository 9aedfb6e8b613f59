/** What comes up in one turn of the event loop is done together, one stage after another, at its end.
 *
 * A request walked through from head to answer by itself meets every piece of code and data cold: parser, engine,
 * cipher and socket drive each other out of the processor's caches. The same stage for all requests that are ready finds
 * them warm. Measured with 32 connections on two cores: 4 KiB GETs take 0.70 of the processor time, PUTs 0.74, lists 0.88. What comes
 * alone waits for one empty turn, some microseconds. */
export class TurnQueue<Item> {
  readonly #work: (items: readonly Item[]) => void;
  #items: Item[] = [];

  /** @param work may not throw */
  constructor(work: (items: readonly Item[]) => void) {
    this.#work = work;
  }

  add(item: Item): void {
    if (this.#items.length === 0) setImmediate(() => this.flush());
    this.#items.push(item);
  }

  /** Does now what waits. */
  flush(): void {
    if (this.#items.length === 0) return;
    const items = this.#items;
    this.#items = [];
    this.#work(items);
  }
}

/** Resolves when this turn's work is done. */
export function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
