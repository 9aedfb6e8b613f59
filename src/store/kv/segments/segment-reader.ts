import type { Buffer } from 'node:buffer';
import { closeSync, openSync } from 'node:fs';
import { errorCode } from '../../../lib/error-code.ts';
import { VERSION_BYTES } from '../stored-row.ts';
import { type BodyPlace, isPointer, placeOf, rowAround } from './body-pointer.ts';
import { readFully } from './read-fully.ts';
import { segmentPath } from './segment-names.ts';

/** Segments that one thread keeps open. A removed one was cut to nothing before, so that it holds no space. */
const OPEN_FILES_MAX = 32;
/** A body moves on when its segment is given up; twice while it is read is unheard of. */
const MOVES_MAX = 8;

/** Reads of one thread. Synchronous, as the engine's own reads are. */
export class SegmentReader {
  readonly #folder: string;
  /** By segment; the first was opened longest ago. */
  readonly #files = new Map<number, number>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The row, its value fetched where it was moved.
   * @param again reads the row anew: its value may have moved on between the two reads.
   * @throws Error where the value is not where its row says */
  resolve(stored: Buffer, again: () => Buffer | undefined): Buffer | undefined {
    let row: Buffer | undefined = stored;
    for (let moves = 0; moves < MOVES_MAX; moves += 1) {
      if (row === undefined || !isPointer(row)) return row;
      const place = placeOf(row);
      const whole = rowAround(row, place.length);
      if (this.#read(place, whole)) return whole;
      row = again();
    }
    throw new Error('a body is missing from its segment');
  }

  close(): void {
    for (const file of this.#files.values()) closeSync(file);
    this.#files.clear();
  }

  #read({ segment, offset, length }: BodyPlace, into: Buffer): boolean {
    const file = this.#fileOf(segment);
    return file !== undefined && readFully(file, into.subarray(VERSION_BYTES), offset) === length;
  }

  #fileOf(segment: number): number | undefined {
    const known = this.#files.get(segment);
    if (known !== undefined) return known;
    const [oldest] = this.#files;
    if (oldest !== undefined && this.#files.size >= OPEN_FILES_MAX) {
      this.#files.delete(oldest[0]);
      closeSync(oldest[1]);
    }
    try {
      const file = openSync(segmentPath(this.#folder, segment), 'r');
      this.#files.set(segment, file);
      return file;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }
}
