import { putJobTags } from '../../batch/job-tags.ts';
import { readJobTags } from '../../batch/specification/tags.ts';
import type { Site } from '../../buckets/region.ts';
import { requestTags } from '../request-tags.ts';
import { onJob, onJobId } from './job-access.ts';
import { jobsOf, type S3ControlOperation } from './operation.ts';

export function putJobTaggingOperation(site: Site): S3ControlOperation<'PutJobTagging'> {
  return {
    access: (input, call) =>
      onJobId(call, jobsOf(site, call, input.AccountId), input.JobId, requestTags(input.Tags)),
    handle: async (input, call) => {
      const where = jobsOf(site, call, input.AccountId);
      await putJobTags(where, {
        jobId: input.JobId,
        tags: readJobTags(input.Tags),
        permit: (now) => call.authorise([onJob(call, now, requestTags(input.Tags))]),
      });
      return {};
    },
  };
}
