import type { Region } from '../buckets/region.ts';
import type { Clock } from '../lib/clock.ts';
import type { Incarnation } from './incarnations.ts';

export interface SweepResult {
  readonly garbageRemoved: number;
  readonly orphansRemoved: number;
}

/** One pass over a region: removes the blobs of garbage rows, then the rows; once for each dead incarnation, the blobs
 * that it wrote and never committed. Compose calls it every few seconds in one thread. */
export async function sweep(
  region: Region,
  clock: Clock,
  incarnation: Incarnation,
  signal?: AbortSignal,
): Promise<SweepResult> {
  throw new Error(`not built ${region.name} ${clock.now()} ${incarnation.name} ${signal?.aborted}`);
}
