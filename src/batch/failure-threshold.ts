import type { JobProgressRow, TaskResult } from '../store/tables/job-rows.ts';
import { FAILURE_THRESHOLD_RATE, FAILURE_THRESHOLD_TASKS_MIN } from './limits.ts';

type Counts = Pick<JobProgressRow, 'succeeded' | 'failed'>;

/** Whether a job fails for its tasks' failures (reference: s3-batch-replication 6.2). */
export function isOverThreshold({ succeeded, failed }: Counts): boolean {
  const run = succeeded + failed;
  return run >= FAILURE_THRESHOLD_TASKS_MIN && failed > run * FAILURE_THRESHOLD_RATE;
}

/** The counts after a chunk, and whether the threshold was passed at any of its tasks: what comes after does not save
 * the job. */
export function countResults(
  before: Counts,
  results: readonly (TaskResult | null)[],
): Counts & { readonly overThreshold: boolean } {
  let { succeeded, failed } = before;
  let overThreshold = isOverThreshold(before);
  for (const result of results) {
    if (result === null) continue;
    if (result.succeeded) succeeded += 1;
    else failed += 1;
    overThreshold ||= isOverThreshold({ succeeded, failed });
  }
  return { succeeded, failed, overThreshold };
}
