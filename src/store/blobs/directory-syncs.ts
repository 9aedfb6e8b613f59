import { close, fsync, open } from 'node:fs';
import { promisify } from 'node:util';

const openFile = promisify(open);
const syncFile = promisify(fsync);
const closeFile = promisify(close);

/** Puts directory entries on stable storage; those who ask at the same time share one sync.
 *
 * Invariant: a sync answers only those who asked before it began. Whoever asks while one runs gets the next. */
export class DirectorySyncs {
  readonly #running = new Map<string, Promise<void>>();
  readonly #next = new Map<string, Promise<void>>();
  readonly #syncNow: (directory: string) => Promise<void>;

  constructor(syncNow = syncDirectory) {
    this.#syncNow = syncNow;
  }

  sync(directory: string): Promise<void> {
    const running = this.#running.get(directory);
    if (running === undefined) return this.#start(directory);
    let next = this.#next.get(directory);
    if (next === undefined) {
      const start = () => {
        this.#next.delete(directory);
        return this.#start(directory);
      };
      next = running.then(start, start);
      this.#next.set(directory, next);
    }
    return next;
  }

  #start(directory: string): Promise<void> {
    const running = this.#syncNow(directory).finally(() => this.#running.delete(directory));
    this.#running.set(directory, running);
    return running;
  }
}

export async function syncDirectory(directory: string): Promise<void> {
  const descriptor = await openFile(directory, 'r');
  try {
    await syncFile(descriptor);
  } finally {
    await closeFile(descriptor);
  }
}
