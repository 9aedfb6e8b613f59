/** The members of a group that changes all the time, each under a slot number that its owner keeps.
 *
 * A Set or Map would do, but V8's leave each outgrown table behind with what it held and with a link to the next: once
 * one of them is old, all that is ever in such a set under load survives until the next full collection. With the
 * requests of a thread in a Set each GET left 3 KiB to the full collector, which took 14 of its 90 µs. Slots are
 * emptied when they are left. */
export class SlotTable<Item> {
  readonly #items: (Item | undefined)[] = [];
  readonly #free: number[] = [];

  get size(): number {
    return this.#items.length - this.#free.length;
  }

  /** @returns the slot: the caller's until `delete` */
  add(item: Item): number {
    const slot = this.#free.pop() ?? this.#items.length;
    this.#items[slot] = item;
    return slot;
  }

  /** @returns what lay there; undefined where nothing does */
  delete(slot: number): Item | undefined {
    const item = this.#items[slot];
    if (item === undefined) return undefined;
    this.#items[slot] = undefined;
    this.#free.push(slot);
    return item;
  }

  /** All of them; leaves none. */
  take(): Item[] {
    const items = [...this];
    this.#items.length = 0;
    this.#free.length = 0;
    return items;
  }

  *[Symbol.iterator](): Generator<Item, void, undefined> {
    for (const item of this.#items) if (item !== undefined) yield item;
  }
}
