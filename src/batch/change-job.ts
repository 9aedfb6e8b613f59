import { tooManyJobRequests } from '../errors/s3control.ts';
import type { Write } from '../store/kv/key-value-store.ts';
import type { JobRow } from '../store/tables/job-rows.ts';
import { jobs } from '../store/tables/jobs.ts';
import { type JobsOfAccount, requireJob } from './find-job.ts';

/** The runner writes a job's row only when its state changes: more conflicts in a row than this mean a fault. */
export const COMMIT_ATTEMPTS_MAX = 20;

export interface ChangedJob {
  readonly job: JobRow;
  /** Among them the job's row. None: it is so already. */
  readonly writes: readonly Write[];
}

/** Reads the job, changes it and commits, until no other change comes between. `change` sees the very row that is
 * replaced, so whatever it decides (the caller's permission, too) holds for the change that is made.
 * @throws AwsError NotFoundException, TooManyRequestsException, and what `change` throws */
export async function changeJob(
  where: JobsOfAccount,
  jobId: string,
  change: (job: JobRow) => Promise<ChangedJob> | ChangedJob,
): Promise<JobRow> {
  const { store } = where;
  for (let attempt = 0; attempt < COMMIT_ATTEMPTS_MAX; attempt += 1) {
    const { job, version } = await requireJob(where, jobId);
    const changed = await change(job);
    if (changed.writes.length === 0) return changed.job;
    const { outcome } = await store.commit({
      checks: [jobs.check(version, jobId)],
      writes: changed.writes,
    });
    if (outcome === 'committed') return changed.job;
    if (outcome === 'unknown') {
      const [row] = await store.get([jobs.key(jobId)]);
      if (row?.value.equals(jobs.encode(changed.job)) === true) return changed.job;
    }
  }
  throw tooManyJobRequests();
}
