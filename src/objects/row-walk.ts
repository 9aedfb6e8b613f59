import { reachedEnd } from '../store/kv/bounded-range.ts';
import type { KeyedRow, KeyValueStore } from '../store/kv/key-value-store.ts';
import { keyAfter } from '../store/kv/tuple.ts';
import {
  LIST_ROWS_READ_FIRST,
  LIST_ROWS_READ_MAX,
  LIST_ROWS_WALKED_MAX,
  ROWS_READ_BYTES_MAX,
} from './limits.ts';

/** Walks over the rows of a range in reads that fit the page, and jumps ahead without reading what lies between. */
export class RowWalk {
  readonly #store: KeyValueStore;
  readonly #end: Buffer;
  #start: Buffer;
  #rows: readonly KeyedRow[] = [];
  #at = 0;
  /** Nothing lies behind the last read. */
  #complete = false;
  #readMax: number;
  #walked = 0;

  constructor(
    store: KeyValueStore,
    range: { readonly start: Buffer; readonly end: Buffer },
    entriesMax: number,
    jumps: boolean,
  ) {
    this.#store = store;
    this.#start = range.start;
    this.#end = range.end;
    const wanted = Math.min(entriesMax + 1, LIST_ROWS_READ_MAX);
    this.#readMax = jumps ? Math.min(wanted, LIST_ROWS_READ_FIRST) : wanted;
  }

  /** True once a request has walked as far as one may. */
  get exhausted(): boolean {
    return this.#walked > LIST_ROWS_WALKED_MAX;
  }

  async next(): Promise<KeyedRow | undefined> {
    if (this.#at >= this.#rows.length) {
      if (this.#complete || this.#start.compare(this.#end) >= 0) return undefined;
      await this.#read();
    }
    const row = this.#rows[this.#at];
    this.#at += 1;
    this.#walked += 1;
    return row;
  }

  /** The next row is the first at or behind `start`; never goes back. */
  seek(start: Buffer): void {
    while (this.#at < this.#rows.length) {
      const row = this.#rows[this.#at];
      if (row !== undefined && row.key.compare(start) >= 0) return;
      this.#at += 1;
    }
    if (start.compare(this.#start) > 0) this.#start = start;
  }

  async #read(): Promise<void> {
    const limit = this.#readMax;
    const range = { start: this.#start, end: this.#end, limit, bytesMax: ROWS_READ_BYTES_MAX };
    this.#rows = await this.#store.range(range);
    this.#at = 0;
    this.#complete = reachedEnd(this.#rows, range);
    const last = this.#rows.at(-1);
    if (last !== undefined) this.#start = keyAfter(last.key);
    this.#readMax = Math.min(LIST_ROWS_READ_MAX, limit * 2);
  }
}
