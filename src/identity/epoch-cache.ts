import type { KeyValueStore } from '../store/kv/key-value-store.ts';

/** Parsed configuration, kept until anything in the configuration tables changes.
 *
 * Invariants
 * - A value is kept only when the epoch did not change while it was loaded, and dropped when it changes: no
 *   change is answered before everybody would load anew, so a kept value is never older than an answered change.
 * - What is not there is not kept: strangers' guesses cannot fill the cache. */
export class EpochCache<Value> {
  readonly #store: KeyValueStore;
  readonly #entriesMax: number;
  readonly #values = new Map<string, Value>();
  readonly #loading = new Map<string, Promise<Value | undefined>>();
  #epoch: number;

  constructor(store: KeyValueStore, entriesMax: number) {
    this.#store = store;
    this.#entriesMax = entriesMax;
    this.#epoch = store.configurationEpoch();
  }

  /** At once when it is kept. */
  get(key: string, load: () => Promise<Value | undefined>): Value | Promise<Value | undefined> {
    const epoch = this.#store.configurationEpoch();
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      this.#values.clear();
      this.#loading.clear();
    }
    return this.#values.get(key) ?? this.#loading.get(key) ?? this.#fill(key, epoch, load);
  }

  #fill(key: string, epoch: number, load: () => Promise<Value | undefined>): Promise<Value | undefined> {
    const loading = load()
      .then((value) => {
        if (value !== undefined && this.#store.configurationEpoch() === epoch && this.#epoch === epoch) {
          if (this.#values.size >= this.#entriesMax) this.#values.clear();
          this.#values.set(key, value);
        }
        return value;
      })
      .finally(() => {
        if (this.#loading.get(key) === loading) this.#loading.delete(key);
      });
    this.#loading.set(key, loading);
    return loading;
  }
}
