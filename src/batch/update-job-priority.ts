import { badJobRequest } from '../errors/s3control.ts';
import type { JobRow } from '../store/tables/job-rows.ts';
import { jobs } from '../store/tables/jobs.ts';
import { changeJob } from './change-job.ts';
import type { JobsOfAccount } from './find-job.ts';
import { isTerminal } from './transition.ts';

export interface PriorityUpdate {
  readonly jobId: string;
  readonly priority: number;
  /** Throws where the caller may not do this to the job as it is now. */
  readonly permit?: (job: JobRow) => Promise<void>;
}

/** @throws AwsError NotFoundException, BadRequestException for a job that has ended, TooManyRequestsException, and what
 * `permit` throws */
export function updateJobPriority(where: JobsOfAccount, update: PriorityUpdate): Promise<JobRow> {
  const { jobId, priority, permit } = update;
  return changeJob(where, jobId, async (job) => {
    await permit?.(job);
    if (isTerminal(job.status)) throw badJobRequest(`The job is ${job.status}: its priority can't change.`);
    const changed = { ...job, priority };
    return { job: changed, writes: job.priority === priority ? [] : [jobs.put(changed, jobId)] };
  });
}
