import { Buffer } from 'node:buffer';
import type { Key } from './key-value-store.ts';

/** Who wants to hear of which keys, in this thread. */
export class Watchers {
  readonly #watchers = new Set<{ prefix: Buffer; listener: (keys: Buffer[]) => void }>();

  add(prefix: Key, listener: (keys: Buffer[]) => void): () => void {
    const watcher = { prefix: Buffer.from(prefix), listener };
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  prefixes(): Buffer[] {
    return [...this.#watchers].map(({ prefix }) => prefix);
  }

  tell(keys: readonly Buffer[]): void {
    if (keys.length === 0) return;
    for (const { prefix, listener } of this.#watchers) {
      const matching = keys.filter((key) => beginsWith(key, prefix));
      if (matching.length > 0) listener(matching);
    }
  }
}

export function beginsWith(key: Key, prefix: Key): boolean {
  if (key.length < prefix.length) return false;
  for (let at = 0; at < prefix.length; at += 1) if (key[at] !== prefix[at]) return false;
  return true;
}
