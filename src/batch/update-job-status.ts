import { illegalJobStatus } from '../errors/s3control.ts';
import type { JobRow } from '../store/tables/job-rows.ts';
import { changeJob } from './change-job.ts';
import type { JobsOfAccount } from './find-job.ts';
import { enterState, requestedStatus } from './transition.ts';

export interface StatusUpdate {
  readonly jobId: string;
  readonly requested: 'Ready' | 'Cancelled';
  readonly reason?: string;
  /** Throws where the caller may not do this to the job as it is now. */
  readonly permit?: (job: JobRow) => Promise<void>;
}

/** Confirms or cancels. To cancel again what is being cancelled changes nothing.
 * @throws AwsError NotFoundException, JobStatusException, TooManyRequestsException, and what `permit` throws */
export function updateJobStatus(where: JobsOfAccount, update: StatusUpdate): Promise<JobRow> {
  const { jobId, requested, reason, permit } = update;
  return changeJob(where, jobId, async (job) => {
    await permit?.(job);
    const status = requestedStatus(job.status, requested);
    if (status === undefined) throw illegalJobStatus(job.status, requested);
    if (status === job.status) return { job, writes: [] };
    const told: JobRow = reason === undefined ? job : { ...job, statusUpdateReason: reason };
    const what = requested === 'Ready' ? 'confirmed' : 'cancelled';
    return enterState(told, status, {
      atMs: where.clock.now(),
      cause: reason === undefined ? what : `${what}: ${reason}`,
    });
  });
}
