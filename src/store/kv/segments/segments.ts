import type { Buffer } from 'node:buffer';
import { existsSync, statSync } from 'node:fs';
import { endOfTurn } from '../../../lib/turn-queue.ts';
import type { Key } from '../key-value-store.ts';
import { type BodyPlace, isPointer, placeOf } from './body-pointer.ts';
import { segmentPath, segmentsIn } from './segment-names.ts';
import { type LivingBody, reclaimSegment } from './segment-reclaim.ts';

/** What the engine does for its segments. All of it between two batches of its own. */
export interface SegmentsHost {
  /** A row of a body as it is stored. */
  readonly rowOf: (key: Key) => Buffer | undefined;
  /** Whether any row at all points into the segment. Slow. */
  readonly pointsInto: (segment: number) => Promise<boolean>;
  /** Writes these bodies again, durably, with pointers to where they lie then. @throws EngineWriteError */
  readonly move: (bodies: readonly LivingBody[]) => void;
  /** Whether the segment is complete, and all that it says is in the database for good. */
  readonly isSettled: (segment: number) => boolean;
}

/** A segment of which so much is dead is given up. */
const DEAD_SHARE_MAX = 0.5;

/** Segments whose sizes are asked for between two turns of the event loop, after a start. */
const SIZES_AT_ONCE = 64;

/** The space of the segments of one store, of the one process that writes it.
 *
 * A segment is a part of the log, and the place where the bodies lie that were committed with it. Once the database has
 * the rest for good, bodies are all that keeps it.
 *
 * Invariants
 * - Every pointer leads to its whole body, on stable storage, at any moment and after any crash.
 * - A segment goes only when it is settled and no row points into it.
 * - Counts of dead bytes are hints: they choose the segment to give up, never what is dropped. */
export class Segments {
  readonly #folder: string;
  readonly #moveBytes: number;
  readonly #host: SegmentsHost;
  readonly #dead: Map<number, number>;
  readonly #sizes = new Map<number, number>();
  /** Of which the count has changed, or which are gone, since counts were taken. */
  readonly #changed = new Set<number>();
  /** So much of them is dead that they may be given up. */
  readonly #candidates = new Set<number>();
  #lookingOver: Promise<void> | undefined;
  #reclaiming: Promise<void> | undefined;
  #closed = false;

  constructor(folder: string, moveBytes: number, dead: ReadonlyMap<number, number>, host: SegmentsHost) {
    this.#folder = folder;
    this.#moveBytes = moveBytes;
    this.#host = host;
    this.#dead = new Map(dead);
    this.#lookingOver = this.#lookOver();
  }

  /** The row of this key is about to go: with which body of a segment? */
  bodyOf(key: Key): BodyPlace | undefined {
    const row = this.#host.rowOf(key);
    return row === undefined || !isPointer(row) ? undefined : placeOf(row);
  }

  /** Goes back to what was kept of the counts. */
  restoreCounts(dead: ReadonlyMap<number, number>): void {
    this.#dead.clear();
    for (const [segment, bytes] of dead) this.#dead.set(segment, bytes);
    this.#changed.clear();
  }

  /** Bytes of a segment that no pointer leads to. */
  noteDead(segment: number, bytes: number): void {
    this.#dead.set(segment, (this.#dead.get(segment) ?? 0) + bytes);
    this.#changed.add(segment);
    this.#consider(segment);
  }

  /** After a segment is settled: its size no longer changes. */
  noteSettled(segment: number): void {
    this.#consider(segment);
    this.reclaimIfWorthwhile();
  }

  /** What is to be kept of the counts: undefined for a segment that is gone. */
  takeChanged(): Map<number, number | undefined> {
    const changed = new Map([...this.#changed].map((segment) => [segment, this.#dead.get(segment)]));
    this.#changed.clear();
    return changed;
  }

  reclaimIfWorthwhile(): void {
    if (this.#closed || this.#reclaiming !== undefined) return;
    const [segment] = this.#candidates;
    if (segment === undefined) return;
    this.#reclaiming = this.#reclaim(segment).then((wentWell) => {
      this.#reclaiming = undefined;
      // A disk that refused is tried again with the next write.
      if (wentWell) this.reclaimIfWorthwhile();
    });
  }

  /** No segment is being given up, or could be. */
  async settled(): Promise<void> {
    await this.#lookingOver;
    for (this.reclaimIfWorthwhile(); this.#reclaiming !== undefined; this.reclaimIfWorthwhile()) {
      await this.#reclaiming;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#lookingOver;
    await this.#reclaiming;
  }

  async #lookOver(): Promise<void> {
    const present = segmentsIn(this.#folder);
    const there = new Set(present);
    for (const counted of this.#dead.keys()) if (!there.has(counted)) this.#forget(counted);
    for (const [index, segment] of present.entries()) {
      if (index % SIZES_AT_ONCE === 0) await endOfTurn();
      if (this.#closed) return;
      this.#consider(segment);
    }
    this.#lookingOver = undefined;
    this.reclaimIfWorthwhile();
  }

  #consider(segment: number): void {
    if (!this.#host.isSettled(segment)) return;
    const dead = this.#dead.get(segment) ?? 0;
    if (dead > 0 && dead >= this.#sizeOf(segment) * DEAD_SHARE_MAX) this.#candidates.add(segment);
  }

  async #reclaim(segment: number): Promise<boolean> {
    const { rowOf, pointsInto, move } = this.#host;
    const options = { folder: this.#folder, moveBytes: this.#moveBytes, rowOf, pointsInto, move };
    // One that holds what cannot be read is tried again when more of it has died.
    this.#candidates.delete(segment);
    try {
      if (await reclaimSegment({ ...options, stopped: () => this.#closed }, segment)) this.#forget(segment);
      return true;
    } catch {
      if (existsSync(segmentPath(this.#folder, segment))) this.#candidates.add(segment);
      else this.#forget(segment);
      return false;
    }
  }

  #forget(segment: number): void {
    this.#candidates.delete(segment);
    this.#dead.delete(segment);
    this.#sizes.delete(segment);
    this.#changed.add(segment);
  }

  #sizeOf(segment: number): number {
    let size = this.#sizes.get(segment);
    if (size === undefined) {
      size = statSync(segmentPath(this.#folder, segment), { throwIfNoEntry: false })?.size ?? 0;
      this.#sizes.set(segment, size);
    }
    return size;
  }
}
