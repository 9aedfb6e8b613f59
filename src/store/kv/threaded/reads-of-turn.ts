import { TurnQueue } from '../../../lib/turn-queue.ts';
import type { Key, Row } from '../key-value-store.ts';

type Rows = (Row | undefined)[];

interface Waiting {
  readonly keys: readonly Key[];
  readonly resolve: (rows: Rows) => void;
  readonly reject: (error: unknown) => void;
}

/** Few enough that hardly anything is written while they are read: rows and bytes of a read are then looked up again.
 * About 200 µs. */
const KEYS_TOGETHER_MAX = 64;

/** Reads that are asked for in one turn of the event loop, made as one: the engine is called once, and finds its own code
 * and blocks warm. Each asker sees one moment of the store. */
export class ReadsOfTurn {
  readonly #read: (keys: readonly Key[]) => Promise<Rows>;
  readonly #waiting = new TurnQueue<Waiting>((waiting) => this.#readAll(waiting));

  constructor(read: (keys: readonly Key[]) => Promise<Rows>) {
    this.#read = read;
  }

  get(keys: readonly Key[]): Promise<Rows> {
    return new Promise((resolve, reject) => this.#waiting.add({ keys, resolve, reject }));
  }

  /** Asks now for what waits. */
  flush(): void {
    this.#waiting.flush();
  }

  #readAll(waiting: readonly Waiting[]): void {
    let together: Waiting[] = [];
    let keys: Key[] = [];
    for (const one of waiting) {
      if (together.length > 0 && keys.length + one.keys.length > KEYS_TOGETHER_MAX) {
        void this.#readTogether(together, keys);
        together = [];
        keys = [];
      }
      together.push(one);
      for (const key of one.keys) keys.push(key);
    }
    void this.#readTogether(together, keys);
  }

  async #readTogether(together: readonly Waiting[], keys: readonly Key[]): Promise<void> {
    try {
      const rows = await this.#read(keys);
      let start = 0;
      for (const { keys: own, resolve } of together) {
        resolve(rows.slice(start, start + own.length));
        start += own.length;
      }
    } catch (error) {
      const [first] = together;
      if (first !== undefined && together.length === 1) first.reject(error);
      // A damaged row fails those who ask for it, nobody else.
      else for (const one of together) void this.#readTogether([one], one.keys);
    }
  }
}
