/** The bytes of one file: those on stable storage, and what was done since, in order. */
export class DiskFile {
  /** As the running process sees it. */
  size = 0;
  readonly #stable = new Content();
  #pending: Change[] = [];

  write(offset: number, data: Buffer, at: number): void {
    this.#pending.push({ at, offset, data });
    this.size = Math.max(this.size, offset + data.length);
  }

  truncate(size: number, at: number): void {
    this.#pending.push({ at, truncateTo: size });
    this.size = size;
  }

  sync(startedAt: number): void {
    for (const change of this.#pending) if (change.at < startedAt) this.#stable.apply(change);
    this.#pending = this.#pending.filter(({ at }) => at >= startedAt);
  }

  /** `kept`: how many of the unsynced changes are there all the same, from 0 to 1; of the first that is not, half of
   * its bytes, as a disk may leave it. */
  afterPowerLoss(kept: number): Buffer {
    const count = Math.floor(this.#pending.length * kept);
    const content = this.#stable.clone();
    for (const change of this.#pending.slice(0, count)) content.apply(change);
    const torn = this.#pending[count];
    if (kept > 0 && torn !== undefined && 'data' in torn) {
      content.apply({ ...torn, data: torn.data.subarray(0, torn.data.length >> 1) });
    }
    return content.bytes();
  }
}

type Change =
  | { readonly at: number; readonly offset: number; readonly data: Buffer }
  | { readonly at: number; readonly truncateTo: number };

class Content {
  #bytes: Buffer = Buffer.alloc(0);
  #size = 0;

  apply(change: Change): void {
    if ('truncateTo' in change) {
      this.#reserve(change.truncateTo);
      // What lies beyond the end reads as zeros when the file grows again.
      if (change.truncateTo < this.#size) this.#bytes.fill(0, change.truncateTo, this.#size);
      this.#size = change.truncateTo;
      return;
    }
    const end = change.offset + change.data.length;
    this.#reserve(end);
    change.data.copy(this.#bytes, change.offset);
    this.#size = Math.max(this.#size, end);
  }

  clone(): Content {
    const copy = new Content();
    copy.#bytes = Buffer.from(this.#bytes.subarray(0, this.#size));
    copy.#size = this.#size;
    return copy;
  }

  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#size);
  }

  #reserve(size: number): void {
    if (size <= this.#bytes.length) return;
    const larger = Buffer.alloc(Math.max(size, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#size);
    this.#bytes = larger;
  }
}
