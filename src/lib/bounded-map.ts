/** A map that forgets what was not used for long: it keeps at least the last `sizeMax / 2` keys that were used, and at
 * most `sizeMax`.
 *
 * Two generations, because moving a key to the end of one map at each use costs more than all else that a commit does
 * with it. A key in both has its true value in the younger one. */
export class BoundedMap<Value> {
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();
  readonly #generationMax: number;

  constructor(sizeMax: number) {
    this.#generationMax = Math.ceil(sizeMax / 2);
  }

  get(key: string): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: Value): void {
    this.#young.set(key, value);
    if (this.#young.size < this.#generationMax) return;
    this.#old = this.#young;
    this.#young = new Map();
  }

  /** A new value for a key that is here; nothing where it is not. */
  replace(key: string, value: Value): void {
    if (this.#young.has(key) || this.#old.has(key)) this.set(key, value);
  }

  clear(): void {
    this.#young = new Map();
    this.#old = new Map();
  }
}
