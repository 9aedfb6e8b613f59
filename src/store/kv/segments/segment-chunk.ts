import { Buffer } from 'node:buffer';
import type { RowVersion } from '../key-value-store.ts';
import { VERSION_BYTES, versionOf } from '../stored-row.ts';
import { encodePointer } from './body-pointer.ts';
import { recordBytes, writeRecord } from './segment-record.ts';

/** A body whose row may be given up for a pointer. */
export interface Moved {
  /** Of the row's key (key-space.ts). */
  readonly name: string;
  readonly pointer: Buffer;
}

interface ChunkBody {
  /** Of the row. */
  readonly version: RowVersion;
  /** Of the value, in the chunk. */
  readonly offset: number;
  readonly length: number;
}

/** Bodies that go to a segment together, as the records that they become there. They are copied when they come: what
 * they came in, the message of a whole batch, is free at once, and hardly anything of them grows old in the heap. The
 * memory is used again and again.
 *
 * Invariant: a body that was forgotten keeps its record, which nothing will lead to. */
export class SegmentChunk {
  readonly #bytesAtRest: number;
  #bytes: Buffer | undefined;
  #length = 0;
  /** Of all records, also of those that were forgotten. */
  #bodyBytes = 0;
  readonly #bodies = new Map<string, ChunkBody>();

  /** @param bytesAtRest what it keeps while it is empty, and grows beyond where it must. */
  constructor(bytesAtRest: number) {
    this.#bytesAtRest = bytesAtRest;
  }

  get records(): Buffer {
    return this.#bytes?.subarray(0, this.#length) ?? Buffer.alloc(0);
  }

  /** Of all records. */
  get length(): number {
    return this.#length;
  }

  /** Something in it was not forgotten. */
  get hasBodies(): boolean {
    return this.#bodies.size > 0;
  }

  /** Takes the place of a body that is here under the same name. */
  add(name: string, stored: Buffer): void {
    const start = this.#length;
    const length = stored.length - VERSION_BYTES;
    const bytes = this.#reserve(recordBytes(name, stored));
    const offset = writeRecord(bytes, start, name, stored);
    this.#length = offset + length;
    this.#bodyBytes += length;
    this.#bodies.set(name, { version: versionOf(stored), offset, length });
  }

  forget(name: string): void {
    this.#bodies.delete(name);
  }

  forgetAll(): void {
    this.#bodies.clear();
  }

  /** Pointers to what was not forgotten, and how many bytes nothing leads to, once the records lie at `start` of a
   * segment. */
  placed(segment: number, start: number): { readonly moved: Moved[]; readonly deadBytes: number } {
    const moved: Moved[] = [];
    let deadBytes = this.#bodyBytes;
    for (const [name, { version, offset, length }] of this.#bodies) {
      moved.push({ name, pointer: encodePointer(version, { segment, offset: start + offset, length }) });
      deadBytes -= length;
    }
    return { moved, deadBytes };
  }

  /** Nobody may read the records any more. */
  clear(): void {
    this.#length = 0;
    this.#bodyBytes = 0;
    this.#bodies.clear();
    if (this.#bytes !== undefined && this.#bytes.length > this.#bytesAtRest) this.#bytes = undefined;
  }

  #reserve(bytes: number): Buffer {
    const needed = this.#length + bytes;
    const present = this.#bytes;
    if (present !== undefined && needed <= present.length) return present;
    const size = present === undefined ? Math.max(this.#bytesAtRest, needed) : needed * 2;
    const larger = Buffer.allocUnsafeSlow(size);
    present?.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
    return larger;
  }
}
