import { readPriority } from '../../batch/specification.ts';
import { updateJobPriority } from '../../batch/update-job-priority.ts';
import type { Site } from '../../buckets/region.ts';
import { onJob, onJobId } from './job-access.ts';
import { jobsOf, type S3ControlOperation } from './operation.ts';

export function updateJobPriorityOperation(site: Site): S3ControlOperation<'UpdateJobPriority'> {
  return {
    access: (input, call) =>
      onJobId(call, jobsOf(site, call, input.AccountId), input.JobId, asked(input.Priority)),
    handle: async (input, call) => {
      const where = jobsOf(site, call, input.AccountId);
      const job = await updateJobPriority(where, {
        jobId: input.JobId,
        priority: readPriority(input.Priority),
        permit: (now) => call.authorise([onJob(call, now, asked(input.Priority))]),
      });
      return { JobId: job.jobId, Priority: job.priority };
    },
  };
}

function asked(priority: number) {
  return { 's3:RequestJobPriority': String(priority) };
}
