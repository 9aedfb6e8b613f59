import { Buffer } from 'node:buffer';
import { type FileHandle, open } from 'node:fs/promises';
import type { Clock } from '../../../lib/clock.ts';
import { syncDirectory } from '../../durable-file.ts';
import { nameOf } from '../key-space.ts';
import type { Key } from '../key-value-store.ts';
import { VERSION_BYTES } from '../stored-row.ts';
import { encodePointer } from './body-pointer.ts';
import { segmentPath } from './segment-names.ts';
import { recordBytes, writeRecord } from './segment-record.ts';

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

export interface Moved {
  readonly key: Key;
  readonly pointer: Buffer;
}

/** A row with a body, and its key. */
export interface Body {
  readonly key: Key;
  readonly stored: Buffer;
}

export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  #waiting = new Map<string, Body>();
  #waitingBytes = 0;
  #moving = new Map<string, Body>();
  #running: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;
  #file: FileHandle | undefined;
  #segment: number;
  #size = 0;
  #closed = false;

  constructor(options: SegmentWriterOptions) {
    this.#options = options;
    this.#segment = options.next;
  }

  /** The segment that is being written: it grows still. */
  get current(): number {
    return this.#segment;
  }

  get hasRoom(): boolean {
    return this.#waitingBytes <= this.#options.limits.waitingBytesMax;
  }

  /** Without room the body stays where it is.
   * @param stored of a row that is committed. It may not change. */
  add(key: Key, stored: Buffer): void {
    if (this.#closed || !this.hasRoom) return;
    this.#waiting.set(nameOf(key), { key, stored });
    this.#waitingBytes += stored.length;
    this.#start();
  }

  /** The row of this key is another now, or gone. */
  forget(key: Key): void {
    if (this.#waiting.size === 0 && this.#moving.size === 0) return;
    const name = nameOf(key);
    const waiting = this.#waiting.get(name);
    if (waiting !== undefined) {
      this.#waiting.delete(name);
      this.#waitingBytes -= waiting.stored.length;
    }
    this.#moving.delete(name);
  }

  /** Nothing that was added before this is on its way any more. */
  async drain(): Promise<void> {
    while (this.#running !== undefined || this.#waiting.size > 0) {
      this.#running ??= this.#run();
      await this.#running;
    }
  }

  /** Moves nothing more; what is on its way stays where it was. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer?.();
    this.#forgetAll();
    await this.#running;
    await this.#leaveSegment();
  }

  #forgetAll(): void {
    this.#waiting.clear();
    this.#waitingBytes = 0;
    this.#moving.clear();
  }

  #start(): void {
    const { clock, limits } = this.#options;
    if (this.#waitingBytes >= limits.moveBytes) this.#running ??= this.#run();
    else if (this.#waitingBytes > 0) {
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
      this.#moving.clear();
      await this.#leaveSegment().catch(() => undefined);
    }
    this.#running = undefined;
    this.#start();
  }

  async #move(): Promise<void> {
    const { onDead, onMoved } = this.#options;
    const bodies = this.#waiting;
    if (bodies.size === 0) return;
    this.#moving = bodies;
    this.#waiting = new Map();
    this.#waitingBytes = 0;
    // `forget` takes bodies out of the map while it is under way, not out of this.
    const all = [...bodies];
    const bytes = Buffer.allocUnsafe(
      all.reduce((sum, [, { key, stored }]) => sum + recordBytes(key, stored), 0),
    );
    const file = await this.#fileFor(bytes.length);
    const segment = this.#segment;
    const start = this.#size;
    let at = 0;
    const placed = all.map(([name, body]) => {
      const value = writeRecord(bytes, at, body.key, body.stored);
      const length = body.stored.length - VERSION_BYTES;
      at = value + length;
      return { name, body, place: { segment, offset: start + value, length } };
    });
    this.#size += bytes.length;
    await writeAll(file, bytes, start);
    await file.datasync();
    const moved: Moved[] = [];
    for (const { name, body, place } of placed) {
      if (bodies.has(name)) moved.push({ key: body.key, pointer: encodePointer(body.stored, place) });
      else onDead(segment, place.length);
    }
    this.#moving = new Map();
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
