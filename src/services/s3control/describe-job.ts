import { describeJob } from '../../batch/describe-job.ts';
import { requireJob } from '../../batch/find-job.ts';
import type { Site } from '../../buckets/region.ts';
import { jobNotFound } from '../../errors/s3control.ts';
import { jobDescriptor } from './answers/job-descriptor.ts';
import { onJobId } from './job-access.ts';
import { jobsOf, type S3ControlOperation } from './operation.ts';

export function describeJobOperation(site: Site): S3ControlOperation<'DescribeJob'> {
  return {
    access: (input, call) => onJobId(call, jobsOf(site, call, input.AccountId), input.JobId),
    handle: async (input, call) => {
      const where = jobsOf(site, call, input.AccountId);
      await requireJob(where, input.JobId);
      const described = await describeJob(where.store, input.JobId);
      if (described === undefined) throw jobNotFound(input.JobId);
      return { Job: jobDescriptor(described, call.region, site.clock.now()) };
    },
  };
}
