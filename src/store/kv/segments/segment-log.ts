import { Buffer } from 'node:buffer';
import { closeSync, fdatasyncSync, fsyncSync, ftruncateSync, openSync, rmSync, writevSync } from 'node:fs';
import { PAGE_BYTES } from '../../../lib/page-aligned.ts';
import { syncDirectory } from '../../durable-file.ts';
import { EngineWriteError } from '../engine.ts';
import { segmentPath } from './segment-names.ts';
import { GROWTH_BYTES_MAX, SpareSegment } from './spare-segment.ts';
import { writeFully } from './write-fully.ts';

/** The segment that is being written, batch after batch.
 *
 * States
 *   between   the next batch begins a segment
 *   writing   all before `position` is on stable storage
 *   failed    a sync failed: what lies behind `position` may be there after a crash or not. `cutBack` → between
 *
 * Invariant: `append` returns when the whole batch is on stable storage, and the segment's name is. */
export class SegmentLog {
  readonly #folder: string;
  readonly #segmentBytes: number;
  readonly #growthBytes: number;
  readonly #spare: SpareSegment;
  #segment: number;
  #position = 0;
  #file: number | undefined;
  /** Bytes of the file, in use or not. */
  #fileBytes = 0;
  #failed = false;

  /** @param next the first segment: one that nobody has written yet */
  constructor(folder: string, segmentBytes: number, next: number) {
    this.#folder = folder;
    this.#segmentBytes = segmentBytes;
    this.#growthBytes = Math.min(GROWTH_BYTES_MAX, segmentBytes);
    this.#spare = new SpareSegment(folder, this.#growthBytes);
    this.#segment = next;
  }

  /** Where the next batch goes. */
  get segment(): number {
    return this.#segment;
  }

  get position(): number {
    return this.#position;
  }

  get isFull(): boolean {
    return this.#position >= this.#segmentBytes;
  }

  /** @throws EngineWriteError */
  append(batch: Buffer): void {
    if (this.#failed) throw new EngineWriteError('nothing', new Error('the log failed'));
    const file = this.#write(batch);
    try {
      fdatasyncSync(file);
    } catch (error) {
      this.#failed = true;
      throw new EngineWriteError('unknown', error);
    }
    this.#position += batch.length;
    this.#fileBytes = Math.max(this.#fileBytes, this.#position);
    this.#growSpare();
  }

  /** The next batch begins another segment. Never fails: what was written is durable already. */
  leave(): void {
    const file = this.#file;
    if (file === undefined) return;
    this.#file = undefined;
    this.#segment += 1;
    const position = this.#position;
    this.#position = 0;
    try {
      // What is left of the zeros. With them it is only larger.
      if (this.#fileBytes > position) ftruncateSync(file, position);
      closeSync(file);
    } catch {
      // A disk that fails here says so again at the next batch.
    }
  }

  /** After a failure: takes away what may or may not have been written, for good.
   * @throws Error where the disk refuses: nothing may be written until it succeeds */
  cutBack(): void {
    if (this.#file !== undefined) {
      ftruncateSync(this.#file, this.#position);
      fsyncSync(this.#file);
      this.#fileBytes = this.#position;
    }
    this.leave();
    this.#failed = false;
  }

  async close(): Promise<void> {
    if (!this.#failed) this.leave();
    else if (this.#file !== undefined) closeSync(this.#file);
    await this.#spare.close();
  }

  /** The spare is complete when half of the current segment is written, and a store that hardly writes takes no space
   * ahead. */
  #growSpare(): void {
    const { bytes } = this.#spare;
    if (bytes < this.#segmentBytes && bytes + this.#growthBytes <= 2 * this.#position) this.#spare.grow();
  }

  /** A batch of which not all was written is no batch, and the next is written over it. */
  #write(batch: Buffer): number {
    try {
      this.#file ??= this.#begin();
      const done = writevSync(this.#file, [batch, this.#restOfPage(batch)], this.#position);
      writeFully(this.#file, batch.subarray(done), this.#position + done);
      return this.#file;
    } catch (error) {
      // How much of it is there is unknown.
      this.#fileBytes = Number.POSITIVE_INFINITY;
      throw new EngineWriteError('nothing', error);
    }
  }

  /** The zeros that lie between the batch and the end of its last page: written again, they spare reading the page. */
  #restOfPage(batch: Buffer): Buffer {
    const end = this.#position + batch.length;
    const rest = (PAGE_BYTES - (end % PAGE_BYTES)) % PAGE_BYTES;
    return end + rest <= this.#fileBytes ? ZEROS.subarray(0, rest) : NOTHING;
  }

  #begin(): number {
    const path = segmentPath(this.#folder, this.#segment);
    const prepared = this.#spare.bytes;
    const taken = this.#spare.take(path);
    let file: number | undefined;
    try {
      file = openSync(path, taken ? 'r+' : 'wx', 0o600);
      syncDirectory(this.#folder);
    } catch (error) {
      // Its name is not used again: whether the disk keeps it nobody knows.
      this.#segment += 1;
      if (file !== undefined) closeSync(file);
      if (taken || file !== undefined) rmSync(path, { force: true });
      throw error;
    }
    this.#fileBytes = taken ? prepared : 0;
    return file;
  }
}

const ZEROS = Buffer.alloc(PAGE_BYTES);
const NOTHING = Buffer.alloc(0);
