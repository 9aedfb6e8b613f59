import type { JobRow, JobTags } from '../store/tables/job-rows.ts';
import { jobs } from '../store/tables/jobs.ts';
import { changeJob } from './change-job.ts';
import type { JobsOfAccount } from './find-job.ts';

/** Replaces the whole set; an empty one deletes all.
 * @throws AwsError NotFoundException, TooManyRequestsException, and what `permit` throws */
export function putJobTags(
  where: JobsOfAccount,
  update: {
    readonly jobId: string;
    readonly tags: JobTags;
    /** Throws where the caller may not do this to the job as it is now. */
    readonly permit?: (job: JobRow) => Promise<void>;
  },
): Promise<JobRow> {
  const { jobId, tags, permit } = update;
  return changeJob(where, jobId, async (job) => {
    await permit?.(job);
    const changed = { ...job, tags };
    return { job: changed, writes: [jobs.put(changed, jobId)] };
  });
}
