import { putJobTags } from '../../batch/job-tags.ts';
import type { Site } from '../../buckets/region.ts';
import { onJob, onJobId } from './job-access.ts';
import { jobsOf, type S3ControlOperation } from './operation.ts';

export function deleteJobTaggingOperation(site: Site): S3ControlOperation<'DeleteJobTagging'> {
  return {
    access: (input, call) => onJobId(call, jobsOf(site, call, input.AccountId), input.JobId),
    handle: async (input, call) => {
      const where = jobsOf(site, call, input.AccountId);
      const permit = (now: Parameters<typeof onJob>[1]) => call.authorise([onJob(call, now)]);
      await putJobTags(where, { jobId: input.JobId, tags: [], permit });
      return {};
    },
  };
}
