import type { Buffer } from 'node:buffer';
import { makeDirectoryDurably } from '../../durable-file.ts';
import { partOf } from '../key-space.ts';
import type { Key } from '../key-value-store.ts';
import { VERSION_BYTES, versionOf } from '../stored-row.ts';
import { encodePointer } from './body-pointer.ts';
import { CHECKPOINT_KEY, type Checkpoint, checkpointIn, checkpointRow } from './checkpoint.ts';
import { deadBytesKey, deadBytesRow } from './dead-bytes.ts';
import { LogBatch, type LogEntry } from './log-batch.ts';
import { replay } from './replay.ts';
import type { SegmentLimits } from './segment-limits.ts';
import { SegmentLog } from './segment-log.ts';
import { segmentsIn } from './segment-names.ts';
import { Segments, type SegmentsHost } from './segments.ts';

/** The database behind the log. It need not make anything durable until it is asked to. */
export interface LoggedDatabase extends Pick<SegmentsHost, 'rowOf' | 'pointsInto' | 'move'> {
  /** Staged until `apply`. */
  put(key: Key, stored: Buffer): void;
  delete(key: Key): void;
  /** Makes what is staged visible; with `sync` it and all before it durable. @throws Error */
  apply(sync: boolean): void;
  discard(): void;
  /** As they were kept last. */
  readonly checkpoint: () => Buffer | undefined;
  readonly deadBytes: () => ReadonlyMap<number, number>;
}

/** The log that makes commits durable, and keeps their bodies for good.
 *
 * A batch is written to the current segment and synced there; then the database gets its rows, and in the place of each
 * larger body a pointer into the segment, without a sync of its own. So nothing is written twice but small rows. From
 * time to time a checkpoint makes the database durable: after a crash only what came after it is read from the log.
 *
 * Invariants
 * - The database sees a batch only when the log has it on stable storage.
 * - Whatever the database lost in a crash, the batches since the checkpoint restore it: they put absolute values.
 * - Counts of dead bytes are kept with the checkpoint, and what came after it is counted again from the log. */
export class CommitLog {
  readonly segments: Segments;
  readonly #folder: string;
  readonly #limits: SegmentLimits;
  readonly #database: LoggedDatabase;
  readonly #batch = new LogBatch();
  /** In the batch that is being staged, of bodies that stay in the segment. */
  #bodyBytes = 0;
  readonly #log: SegmentLog;
  #checkpoint: Checkpoint;
  #number: number;
  #bytesSinceCheckpoint = 0;

  /** Brings the database up to date.
   * @throws LogDamagedError, or whatever the disk says */
  constructor(folder: string, limits: SegmentLimits, database: LoggedDatabase) {
    makeDirectoryDurably(folder);
    this.#folder = folder;
    this.#limits = limits;
    this.#database = database;
    const next = (segmentsIn(folder).at(-1) ?? 0) + 1;
    this.#checkpoint = this.#storedCheckpoint() ?? { segment: next, offset: 0, number: 1 };
    this.#number = this.#checkpoint.number;
    this.#log = new SegmentLog(folder, limits.segmentBytes, Math.max(next, this.#checkpoint.segment));
    this.segments = new Segments(folder, limits.moveBytes, database.deadBytes(), {
      rowOf: database.rowOf,
      pointsInto: database.pointsInto,
      move: database.move,
      isSettled: (segment) => segment < this.#checkpoint.segment,
    });
    this.#replay();
  }

  /** A body in the place of another is counted only where that is deleted in the same batch: looking for one each time would
   * cost a read.
   * @returns what the database is to put in its place: itself, or a pointer to where it will lie */
  put(key: Key, stored: Buffer): Buffer {
    const offset = this.#log.position + this.#batch.put(key, stored);
    const length = stored.length - VERSION_BYTES;
    if (!this.#staysInSegment(key, length)) return stored;
    this.#bodyBytes += length;
    return encodePointer(versionOf(stored), { segment: this.#log.segment, offset, length });
  }

  delete(key: Key): void {
    const gone = partOf(key) === 'bytes' ? this.segments.bodyOf(key) : undefined;
    if (gone !== undefined) this.segments.noteDead(gone.segment, gone.length);
    this.#batch.delete(key, gone);
  }

  discard(): void {
    this.#batch.clear();
    this.#bodyBytes = 0;
  }

  /** Makes what is staged durable.
   * @throws EngineWriteError */
  write(): void {
    const batch = this.#batch.seal(this.#number);
    const { segment } = this.#log;
    this.#log.append(batch);
    this.#number += 1;
    this.#bytesSinceCheckpoint += batch.length;
    this.segments.noteDead(segment, batch.length - this.#bodyBytes);
    this.discard();
  }

  /** After the database got what was written. */
  applied(): void {
    if (this.#log.isFull) {
      this.#log.leave();
      this.#tryCheckpoint();
    } else if (this.#bytesSinceCheckpoint >= this.#limits.checkpointBytes) this.#tryCheckpoint();
    this.segments.reclaimIfWorthwhile();
  }

  /** After a failure and before the database is opened anew: what follows begins a segment.
   * @throws Error while the disk refuses */
  cutBack(): void {
    this.discard();
    this.#log.cutBack();
  }

  /** After the database was opened anew: it has everything that was written again.
   * @throws Error while the disk refuses */
  resume(): void {
    // Bodies may have been moved meanwhile; what is replayed must not be open.
    this.cutBack();
    this.#checkpoint = this.#storedCheckpoint() ?? this.#checkpoint;
    this.segments.restoreCounts(this.#database.deadBytes());
    this.#replay();
  }

  async close(): Promise<void> {
    await this.segments.close();
    this.#tryCheckpoint();
    await this.#log.close();
  }

  #storedCheckpoint(): Checkpoint | undefined {
    const value = this.#database.checkpoint();
    return value === undefined ? undefined : checkpointIn(value);
  }

  #replay(): void {
    let staged = 0;
    this.#number = replay(this.#folder, this.#checkpoint, (entry, segment) => {
      this.#apply(entry, segment);
      staged += 1;
      if (staged % ENTRIES_AT_ONCE === 0) this.#database.apply(false);
    });
    this.#takeCheckpoint();
  }

  #apply(entry: LogEntry, segment: number): void {
    const { key } = entry;
    if (entry.kind === 'delete') {
      if (entry.gone !== undefined) this.segments.noteDead(entry.gone.segment, entry.gone.length);
      this.#database.delete(key);
      return;
    }
    const { stored, value: offset } = entry;
    const length = stored.length - VERSION_BYTES;
    if (this.#staysInSegment(key, length)) {
      this.#database.put(key, encodePointer(versionOf(stored), { segment, offset, length }));
      return;
    }
    this.#database.put(key, stored);
    this.segments.noteDead(segment, key.length + stored.length);
  }

  #staysInSegment(key: Key, length: number): boolean {
    return length >= this.#limits.bodyBytesMin && partOf(key) === 'bytes';
  }

  /** A database that refuses it refuses the next batch, too, and that is told then. */
  #tryCheckpoint(): void {
    try {
      this.#takeCheckpoint();
    } catch {
      this.#database.discard();
    }
  }

  #takeCheckpoint(): void {
    const before = this.#checkpoint;
    const { segment, position: offset } = this.#log;
    const checkpoint = { segment, offset, number: this.#number };
    for (const [counted, bytes] of this.segments.takeChanged()) {
      const key = deadBytesKey.of(counted);
      if (bytes === undefined) this.#database.delete(key);
      else this.#database.put(key, deadBytesRow(bytes));
    }
    this.#database.put(CHECKPOINT_KEY, checkpointRow(checkpoint));
    this.#database.apply(true);
    this.#checkpoint = checkpoint;
    this.#bytesSinceCheckpoint = 0;
    for (let settled = before.segment; settled < segment; settled += 1) this.segments.noteSettled(settled);
  }
}

/** Of a replay, between two writes into the database. */
const ENTRIES_AT_ONCE = 256;
