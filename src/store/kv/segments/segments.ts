import type { Buffer } from 'node:buffer';
import { statSync } from 'node:fs';
import type { Clock } from '../../../lib/clock.ts';
import { makeDirectoryDurably } from '../../durable-file.ts';
import type { NamedKey } from '../key-space.ts';
import type { Key } from '../key-value-store.ts';
import { isPointer, placeOf } from './body-pointer.ts';
import type { Moved } from './segment-chunk.ts';
import { segmentPath, segmentsIn } from './segment-names.ts';
import { reclaimSegment } from './segment-reclaim.ts';
import { type SegmentLimits, SegmentWriter } from './segment-writer.ts';

/** What the engine does for its segments. All of it between two batches of its own. */
export interface SegmentsHost {
  /** A row of a body as it is stored. */
  readonly rowOf: (key: Key) => Buffer | undefined;
  /** Whether any row at all points into the segment. Slow. */
  readonly pointsInto: (segment: number) => Promise<boolean>;
  /** Puts pointers in the place of their rows, not synced: what is lost with them is still in the database. */
  readonly putPointers: (moved: readonly Moved[]) => void;
  /** How many bytes of each segment are dead, as it was kept last. */
  readonly deadBytes: () => ReadonlyMap<number, number>;
  /** Staged for the next batch. Undefined: the segment is gone. */
  readonly keepDeadBytes: (segment: number, bytes: number | undefined) => void;
  /** Makes everything that was put so far durable. */
  readonly sync: () => void;
}

/** A segment of which so much is dead is given up. */
const DEAD_SHARE_MAX = 0.5;

/** Bodies of small objects outside of the database, of the one process that writes it.
 *
 * A body is committed with its row, in the database and its log. Soon after it moves into a segment, a file that is only
 * appended to, and a pointer takes its place: in the database's memory still, so that neither its files nor its compaction
 * see the body. It is thus written twice, where the database alone writes it four times.
 *
 * Invariants
 * - Every pointer leads to its whole body, on stable storage, at any moment and after any crash.
 * - A segment goes only when no row points into it, and that is durable.
 * - Counts of dead bytes are hints: they choose the segment to give up, never what is dropped. */
export class Segments {
  readonly #folder: string;
  readonly #limits: SegmentLimits;
  readonly #host: SegmentsHost;
  readonly #writer: SegmentWriter;
  readonly #dead: Map<number, number>;
  /** Of which the count has changed, or which are gone, since it was kept. */
  readonly #changed = new Set<number>();
  /** Of segments that grow no more. */
  readonly #sizes = new Map<number, number>();
  /** Could not be given up when it was tried last; nothing more of them has died since. */
  readonly #stubborn = new Set<number>();
  /** A count has changed since all were looked at. */
  #countsChanged = true;
  #reclaiming: Promise<void> | undefined;
  #closed = false;

  constructor(folder: string, limits: SegmentLimits, clock: Clock, host: SegmentsHost) {
    makeDirectoryDurably(folder);
    this.#folder = folder;
    this.#limits = limits;
    this.#host = host;
    this.#dead = new Map(host.deadBytes());
    this.#writer = new SegmentWriter({
      folder,
      next: (segmentsIn(folder).at(-1) ?? 0) + 1,
      limits,
      clock,
      onMoved: host.putPointers,
      onDead: (segment, bytes) => this.#noteDead(segment, bytes),
    });
  }

  /** @param bodies rows that were just committed, by the names of their keys. */
  committed(bodies: ReadonlyMap<string, Buffer>): void {
    for (const [name, stored] of bodies) {
      if (stored.length >= this.#limits.bodyBytesMin) this.#writer.add(name, stored);
    }
    this.#reclaimIfWorthwhile();
  }

  /** The row of this key is about to be another. */
  replace(name: string): void {
    this.#writer.forget(name);
  }

  /** The row of this key is about to go. */
  remove({ key, name }: NamedKey): void {
    this.#writer.forget(name);
    const row = this.#host.rowOf(key);
    if (row === undefined || !isPointer(row)) return;
    const { segment, length } = placeOf(row);
    this.#noteDead(segment, length);
  }

  /** Stages what is to be kept of the counts. */
  keepCounts(): void {
    for (const segment of this.#changed) this.#host.keepDeadBytes(segment, this.#dead.get(segment));
    this.#changed.clear();
  }

  /** Everything that was added has moved, or stays for good; no segment is being given up. */
  async settled(): Promise<void> {
    await this.#writer.drain();
    for (this.#reclaimIfWorthwhile(); this.#reclaiming !== undefined; this.#reclaimIfWorthwhile()) {
      await this.#reclaiming;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#writer.close();
    await this.#reclaiming;
  }

  #noteDead(segment: number, bytes: number): void {
    this.#dead.set(segment, (this.#dead.get(segment) ?? 0) + bytes);
    this.#changed.add(segment);
    this.#stubborn.delete(segment);
    this.#countsChanged = true;
  }

  #reclaimIfWorthwhile(): void {
    if (this.#closed || this.#reclaiming !== undefined || !this.#countsChanged) return;
    for (const [segment, dead] of this.#dead) {
      if (segment === this.#writer.current || this.#stubborn.has(segment)) continue;
      if (dead < this.#sizeOf(segment) * DEAD_SHARE_MAX) continue;
      this.#reclaiming = this.#reclaim(segment).finally(() => {
        this.#reclaiming = undefined;
      });
      return;
    }
    this.#countsChanged = false;
  }

  async #reclaim(segment: number): Promise<void> {
    const { rowOf, pointsInto, sync } = this.#host;
    const stopped = () => this.#closed;
    const options = { folder: this.#folder, writer: this.#writer, rowOf, pointsInto, sync, stopped };
    this.#stubborn.add(segment);
    if (!(await reclaimSegment(options, segment).catch(() => false))) return;
    this.#stubborn.delete(segment);
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
