import type { Region } from '../buckets/region.ts';
import type { Clock } from '../lib/clock.ts';
import { decodeKey, keyAfter } from '../store/kv/tuple.ts';
import { claimedBlobs } from '../store/tables/claimed-blobs.ts';
import { garbage } from '../store/tables/garbage.ts';
import { incarnations } from '../store/tables/incarnations.ts';
import type { GarbageRow } from '../store/tables/rows.ts';
import type { Incarnation } from './incarnations.ts';
import { GARBAGE_AGE_MS_MIN, GARBAGE_ROWS_READ_MAX, READ_MS_MAX } from './limits.ts';

/** Removes bytes that no row names.
 *
 * Invariants
 * - A blob with a garbage row is named by nothing else, for good: it is removed first, then its rows, so that a crash
 *   in between only makes the removal come twice.
 * - Other blobs are touched only where their incarnation is dead, so that nobody can commit them any more, and no claim
 *   says that somebody once did.
 * - What cannot be removed keeps its row, and keeps nothing else from being removed. */
export interface SweepResult {
  readonly garbageRemoved: number;
  /** Rows that have to stay for now. */
  readonly garbageKept: number;
  readonly orphansRemoved: number;
}

export interface SweepOptions {
  /** Of those that open pieces of a body when it is their turn, see running-reads.ts; undefined when there are none. */
  readonly oldestReadAtMs?: number | undefined;
  readonly signal?: AbortSignal;
}

/** One pass over a region. Compose calls it every few seconds in one thread; it may fail and be called again.
 * @throws the first of what the store said, after everything was tried */
export async function sweep(
  region: Region,
  clock: Clock,
  incarnation: Incarnation,
  options: SweepOptions = {},
): Promise<SweepResult> {
  const failures = new Failures();
  const { garbageRemoved, garbageKept } = await sweepGarbage(region, clock.now(), failures, options);
  const orphansRemoved = await sweepOrphans(region, incarnation, failures, options.signal);
  if (failures.count > 0) throw failures.first;
  return { garbageRemoved, garbageKept, orphansRemoved };
}

async function sweepGarbage(
  region: Region,
  nowMs: number,
  failures: Failures,
  { oldestReadAtMs, signal }: SweepOptions,
): Promise<Pick<SweepResult, 'garbageRemoved' | 'garbageKept'>> {
  const keptFromMs = stillReadFromMs(nowMs, oldestReadAtMs);
  const { start: first, end } = garbage.range();
  let start: Buffer = first;
  let garbageRemoved = 0;
  let garbageKept = 0;
  for (;;) {
    if (signal?.aborted === true) return { garbageRemoved, garbageKept };
    const rows = await region.store.range({ start, end, limit: GARBAGE_ROWS_READ_MAX });
    for (const stored of rows) {
      const row = garbage.decode(stored);
      // A clock that was set back must not keep garbage for ever.
      const ageMs = Math.abs(nowMs - row.removedAtMs);
      const mayBeRead = row.removedAtMs >= keptFromMs && ageMs < READ_MS_MAX + GARBAGE_AGE_MS_MIN;
      if (ageMs < GARBAGE_AGE_MS_MIN || mayBeRead) {
        garbageKept += 1;
        continue;
      }
      try {
        await removeGarbage(region, stored.key, row);
        garbageRemoved += row.blobs.length;
      } catch (error) {
        failures.add(error);
      }
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < GARBAGE_ROWS_READ_MAX) return { garbageRemoved, garbageKept };
    start = keyAfter(last.key);
  }
}

/** What was removed from then on may be in the hands of a read that is under way. */
function stillReadFromMs(nowMs: number, oldestReadAtMs = Number.POSITIVE_INFINITY): number {
  // A read notes itself shortly after it found its version.
  return Math.max(oldestReadAtMs, nowMs - READ_MS_MAX) - GARBAGE_AGE_MS_MIN;
}

async function removeGarbage(region: Region, key: Buffer, row: GarbageRow): Promise<void> {
  for (const blob of row.blobs) await region.blobs.remove(blob);
  // Whatever the outcome: the next pass sees what is left.
  await region.store.commit({
    checks: [],
    writes: [{ kind: 'delete', key }, ...row.blobs.map((blob) => claimedBlobs.delete(blob))],
  });
}

/** Once for each dead incarnation: its row goes when its blobs have been looked at. */
async function sweepOrphans(
  region: Region,
  incarnation: Incarnation,
  failures: Failures,
  signal?: AbortSignal,
): Promise<number> {
  const rows = await region.store.range(incarnations.range());
  const dead = rows.filter((row) => incarnations.decode(row).dead === true);
  if (dead.length === 0) return 0;
  const failedBefore = failures.count;
  let removed = 0;
  let batch: string[] = [];
  const flush = async () => {
    const claims = await region.store.get(batch.map((blob) => claimedBlobs.key(blob)));
    for (const [index, blob] of batch.entries()) {
      if (claims[index] !== undefined) continue;
      try {
        await region.blobs.remove(blob);
        removed += 1;
      } catch (error) {
        failures.add(error);
      }
    }
    batch = [];
  };
  for await (const blob of region.blobs.orphanCandidates(new Set([incarnation.name]))) {
    if (signal?.aborted === true) return removed;
    batch.push(blob);
    if (batch.length >= GARBAGE_ROWS_READ_MAX) await flush();
  }
  await flush();
  if (failures.count > failedBefore) return removed;
  await region.store.commit({
    checks: [],
    writes: dead.map((row) => incarnations.delete(String(decodeKey(row.key)[1]))),
  });
  return removed;
}

/** One is as good as all: a disk that is away fails for each of its blobs. */
class Failures {
  count = 0;
  first: unknown;

  add(error: unknown): void {
    if (this.count === 0) this.first = error;
    this.count += 1;
  }
}
