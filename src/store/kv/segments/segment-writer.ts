import type { Buffer } from 'node:buffer';
import { type FileHandle, open } from 'node:fs/promises';
import type { Clock } from '../../../lib/clock.ts';
import { syncDirectory } from '../../durable-file.ts';
import { type Moved, SegmentChunk } from './segment-chunk.ts';
import { segmentPath } from './segment-names.ts';

/** Writes bodies into segments, behind the commits that made them durable already. What fails here loses nothing: the
 * body stays where it was.
 *
 * waiting  its row was committed
 * moving   it is being written to the segment and synced
 * moved    its pointer is handed over, which takes the row's place
 * A body whose row is written or removed in between is forgotten: its pointer must not take the place of another.
 *
 * Invariant: a pointer is handed over only when all bytes of its segment up to the end of the body are on stable storage,
 * and the segment's name is. */
export interface SegmentWriterOptions {
  readonly folder: string;
  /** The segment to begin with: one that nobody has written yet. */
  readonly next: number;
  readonly limits: SegmentLimits;
  readonly clock: Clock;
  /** Called between two batches of the engine. @throws whatever refuses the pointers, which are then forgotten */
  readonly onMoved: (moved: readonly Moved[]) => void;
  /** Bytes of a segment that no pointer leads to. */
  readonly onDead: (segment: number, bytes: number) => void;
}

export interface SegmentLimits {
  /** A segment takes no more bodies from here on. */
  readonly segmentBytes: number;
  /** So many are moved at once: enough that writing and syncing cost little for each, few enough that most bodies have
   * moved before the engine writes out what it holds in memory. */
  readonly moveBytes: number;
  /** Fewer are moved after this time. */
  readonly moveAfterMs: number;
  /** While more wait than this (the disk is slow), bodies stay in the database. */
  readonly waitingBytesMax: number;
  /** Smaller bodies stay in the database: a pointer and a record would take as much. */
  readonly bodyBytesMin: number;
}

export const SEGMENT_LIMITS: SegmentLimits = {
  segmentBytes: 64 * 2 ** 20,
  moveBytes: 2 ** 20,
  moveAfterMs: 1000,
  waitingBytesMax: 8 * 2 ** 20,
  bodyBytesMin: 1024,
};

/** What the last body of a chunk goes beyond its limit. */
const CHUNK_SPARE_BYTES = 64 * 1024;

export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  #waiting: SegmentChunk;
  /** Empty while nothing moves. */
  #moving: SegmentChunk;
  #running: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;
  #file: FileHandle | undefined;
  #segment: number;
  #size = 0;
  #closed = false;

  constructor(options: SegmentWriterOptions) {
    this.#options = options;
    this.#segment = options.next;
    const { moveBytes } = options.limits;
    this.#waiting = new SegmentChunk(moveBytes + CHUNK_SPARE_BYTES);
    this.#moving = new SegmentChunk(moveBytes + CHUNK_SPARE_BYTES);
  }

  /** The segment that is being written: it grows still. */
  get current(): number {
    return this.#segment;
  }

  get hasRoom(): boolean {
    return this.#waiting.length <= this.#options.limits.waitingBytesMax;
  }

  /** Without room the body stays where it is.
   * @param name of the key (key-space.ts)
   * @param stored of a row that is committed */
  add(name: string, stored: Buffer): void {
    if (this.#closed || !this.hasRoom) return;
    this.#waiting.add(name, stored);
    this.#start();
  }

  /** The row of this key is another now, or gone. */
  forget(name: string): void {
    this.#waiting.forget(name);
    this.#moving.forget(name);
  }

  /** Nothing that was added before this is on its way any more. */
  async drain(): Promise<void> {
    while (this.#running !== undefined || this.#waiting.length > 0) {
      this.#running ??= this.#run();
      await this.#running;
    }
  }

  /** Moves nothing more; what is on its way stays where it was. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer?.();
    this.#waiting.clear();
    this.#moving.forgetAll();
    await this.#running;
    await this.#leaveSegment();
  }

  #start(): void {
    const { clock, limits } = this.#options;
    if (this.#waiting.length >= limits.moveBytes) this.#running ??= this.#run();
    else if (this.#waiting.length > 0) {
      this.#cancelTimer ??= clock.after(limits.moveAfterMs, () => {
        this.#cancelTimer = undefined;
        this.#running ??= this.#run();
      });
    }
  }

  async #run(): Promise<void> {
    try {
      await this.#move();
    } catch {
      // A full or failing disk: what was written of the segment may be wrong from here on, so nothing follows it.
      await this.#leaveSegment().catch(() => undefined);
    }
    this.#moving.clear();
    this.#running = undefined;
    this.#start();
  }

  async #move(): Promise<void> {
    const { onDead, onMoved } = this.#options;
    const chunk = this.#waiting;
    if (!chunk.hasBodies) {
      chunk.clear();
      return;
    }
    this.#waiting = this.#moving;
    this.#moving = chunk;
    const { records } = chunk;
    const file = await this.#fileFor(records.length);
    const segment = this.#segment;
    const start = this.#size;
    this.#size += records.length;
    await writeAll(file, records, start);
    await file.datasync();
    // What was forgotten meanwhile gets no pointer.
    const { moved, deadBytes } = chunk.placed(segment, start);
    if (deadBytes > 0) onDead(segment, deadBytes);
    if (moved.length > 0) onMoved(moved);
  }

  async #fileFor(bytes: number): Promise<FileHandle> {
    if (this.#size > 0 && this.#size + bytes > this.#options.limits.segmentBytes) await this.#leaveSegment();
    if (this.#file === undefined) {
      const { folder } = this.#options;
      this.#file = await open(segmentPath(folder, this.#segment), 'wx', 0o600);
      syncDirectory(folder);
    }
    return this.#file;
  }

  /** The next body goes into a new one. */
  async #leaveSegment(): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    this.#file = undefined;
    this.#segment += 1;
    this.#size = 0;
    await file.close();
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
