import type { KeyValueStore } from '../store/kv/key-value-store.ts';
import type { JobProgressRow, JobRow, JobStateRow } from '../store/tables/job-rows.ts';
import { jobStates, jobs } from '../store/tables/jobs.ts';
import { currentProgress } from './progress.ts';

export interface DescribedJob {
  readonly job: JobRow;
  readonly progress: JobProgressRow;
  /** Every state that the job entered, in order. */
  readonly states: readonly JobStateRow[];
}

/** The job with all that is known of it; undefined where there is none. */
export async function describeJob(store: KeyValueStore, jobId: string): Promise<DescribedJob | undefined> {
  const [row] = await store.get([jobs.key(jobId)]);
  if (row === undefined) return undefined;
  // After the row: what is told of a job that has ended is all of it.
  const [progress, states] = await Promise.all([
    currentProgress(store, jobId),
    store.range(jobStates.range(jobId)),
  ]);
  return { job: jobs.decode(row), progress, states: states.map((state) => jobStates.decode(state)) };
}

/** Whole seconds in Active: neither Paused nor Suspended counts. */
export function activeSecondsOf({ activeMs, activeSinceMs }: JobRow, nowMs: number): number {
  const sinceMs = activeSinceMs === undefined ? 0 : Math.max(0, nowMs - activeSinceMs);
  return Math.floor((activeMs + sinceMs) / 1000);
}
