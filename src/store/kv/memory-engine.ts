import { Buffer } from 'node:buffer';
import { withinBytes } from './bounded-range.ts';
import type { EngineWriter } from './engine.ts';
import { type NamedKey, nameOf, partOf, partOfRange } from './key-space.ts';
import type { Key, KeyedRow, Range, Row } from './key-value-store.ts';
import { rowOf } from './stored-row.ts';

/** Keys as strings of one character a byte, which compare in byte order. */
type Name = string;

/** The engine of tests and simulation. What `write` was called for is what a crash leaves behind. */
export class MemoryEngine implements EngineWriter {
  readonly #rows = new SortedMap<Buffer>();
  readonly #counters = new SortedMap<number>();
  #staged: (() => void)[] = [];

  get(keys: readonly Key[]): (Row | undefined)[] {
    return keys.map((key) => {
      const stored = this.#rows.get(nameOf(key));
      return stored === undefined ? undefined : copyOf(stored);
    });
  }

  range(range: Range): KeyedRow[] {
    partOfRange(range);
    const bytesOf = ([name, stored]: [Name, Buffer]) => name.length + stored.length;
    return Array.from(withinBytes(this.#rows.range(range), bytesOf, range.bytesMax), ([name, stored]) => ({
      key: Buffer.from(name, 'latin1'),
      ...copyOf(stored),
    }));
  }

  counters(keys: readonly Key[]): (number | undefined)[] {
    return keys.map((key) => this.#counters.get(nameOf(key)));
  }

  counterRange(range: Range): { key: Buffer; value: number }[] {
    partOfRange(range);
    return this.#counters.range(range).map(([name, value]) => ({ key: Buffer.from(name, 'latin1'), value }));
  }

  isEmpty({ start, end }: Pick<Range, 'start' | 'end'>): boolean {
    return this.#rows.range({ start, end, limit: 1 }).length === 0;
  }

  put({ name }: NamedKey, stored: Buffer): void {
    this.#staged.push(() => this.#rows.set(name, stored));
  }

  setCounter({ name }: NamedKey, total: number): void {
    this.#staged.push(() => this.#counters.set(name, total));
  }

  delete({ key, name }: NamedKey): void {
    const map = partOf(key) === 'counters' ? this.#counters : this.#rows;
    this.#staged.push(() => map.delete(name));
  }

  write(): void {
    for (const apply of this.#staged) apply();
    this.#staged = [];
  }

  discard(): void {
    this.#staged = [];
  }

  async recover(): Promise<string | undefined> {
    return undefined;
  }

  async close(): Promise<void> {}
}

class SortedMap<Value> {
  readonly #values = new Map<Name, Value>();
  readonly #names: Name[] = [];

  get(name: Name): Value | undefined {
    return this.#values.get(name);
  }

  set(name: Name, value: Value): void {
    if (!this.#values.has(name)) this.#names.splice(this.#placeOf(name), 0, name);
    this.#values.set(name, value);
  }

  delete(name: Name): void {
    if (this.#values.delete(name)) this.#names.splice(this.#placeOf(name), 1);
  }

  range({ start, end, limit, reverse }: Range): [Name, Value][] {
    const from = this.#placeOf(nameOf(start));
    const to = Math.max(from, this.#placeOf(nameOf(end)));
    const count = Math.min(limit ?? to - from, to - from);
    const names = reverse
      ? this.#names.slice(to - count, to).toReversed()
      : this.#names.slice(from, from + count);
    return names.flatMap((name): [Name, Value][] => {
      const value = this.#values.get(name);
      return value === undefined ? [] : [[name, value]];
    });
  }

  /** Index of the first name that is not below `name`. */
  #placeOf(name: Name): number {
    let low = 0;
    let high = this.#names.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#names[middle] ?? '') < name) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Callers own what they are given. */
function copyOf(stored: Buffer): Row {
  return rowOf(Buffer.from(stored));
}
