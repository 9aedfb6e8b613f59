import { putJobTags } from '../../batch/job-tags.ts';
import { readJobTags } from '../../batch/specification/tags.ts';
import type { Site } from '../../buckets/region.ts';
import { onJob, onJobId } from './job-access.ts';
import { jobsOf, type S3ControlOperation } from './operation.ts';
import { requestTags } from './request-tags.ts';

export function putJobTaggingOperation(site: Site): S3ControlOperation<'PutJobTagging'> {
  return {
    access: (input, call) =>
      onJobId(call, jobsOf(site, call, input.AccountId), input.JobId, contextOf(input)),
    handle: async (input, call) => {
      const where = jobsOf(site, call, input.AccountId);
      await putJobTags(where, {
        jobId: input.JobId,
        tags: readJobTags(input.Tags),
        permit: (now) => call.authorise([onJob(call, now, contextOf(input))]),
      });
      return {};
    },
  };
}

function contextOf({ Tags: tags }: { readonly Tags: readonly { Key: string; Value: string }[] }) {
  return requestTags(tags.map(({ Key, Value }) => [Key, Value]));
}
