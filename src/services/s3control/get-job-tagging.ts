import { requireJob } from '../../batch/find-job.ts';
import type { Site } from '../../buckets/region.ts';
import { onJobId } from './job-access.ts';
import { jobsOf, type S3ControlOperation } from './operation.ts';

export function getJobTaggingOperation(site: Site): S3ControlOperation<'GetJobTagging'> {
  return {
    access: (input, call) => onJobId(call, jobsOf(site, call, input.AccountId), input.JobId),
    handle: async (input, call) => {
      const { job } = await requireJob(jobsOf(site, call, input.AccountId), input.JobId);
      return { Tags: job.tags.map(([Key, Value]) => ({ Key, Value })) };
    },
  };
}
