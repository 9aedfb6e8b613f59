import type { KeyValueStore } from '../store/kv/key-value-store.ts';
import type { JobProgressRow, JobRow, JobStateRow } from '../store/tables/job-rows.ts';
import { jobProgress, jobStates, jobs } from '../store/tables/jobs.ts';

export interface DescribedJob {
  readonly job: JobRow;
  readonly progress: JobProgressRow;
  /** Every state that the job entered, in order. */
  readonly states: readonly JobStateRow[];
}

export const NO_PROGRESS: JobProgressRow = {
  succeeded: 0,
  failed: 0,
  chunksStarted: 0,
  chunksDone: 0,
  underWay: [],
};

/** The job with all that is known of it; undefined where there is none. */
export async function describeJob(store: KeyValueStore, jobId: string): Promise<DescribedJob | undefined> {
  const [[row, progress], states] = await Promise.all([
    store.get([jobs.key(jobId), jobProgress.key(jobId)]),
    store.range(jobStates.range(jobId)),
  ]);
  if (row === undefined) return undefined;
  return {
    job: jobs.decode(row),
    progress: progress === undefined ? NO_PROGRESS : jobProgress.decode(progress),
    states: states.map((state) => jobStates.decode(state)),
  };
}

/** Whole seconds in Active: neither Paused nor Suspended counts. */
export function activeSecondsOf({ activeMs, activeSinceMs }: JobRow, nowMs: number): number {
  const sinceMs = activeSinceMs === undefined ? 0 : Math.max(0, nowMs - activeSinceMs);
  return Math.floor((activeMs + sinceMs) / 1000);
}
