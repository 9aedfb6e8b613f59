import { STATUS_UPDATE_REASON_LENGTH_MAX } from '../../batch/limits.ts';
import { oneOf, textOf } from '../../batch/specification/values.ts';
import { updateJobStatus } from '../../batch/update-job-status.ts';
import type { Site } from '../../buckets/region.ts';
import { onJob, onJobId } from './job-access.ts';
import { jobsOf, type S3ControlOperation } from './operation.ts';

export function updateJobStatusOperation(site: Site): S3ControlOperation<'UpdateJobStatus'> {
  return {
    access: (input, call) => onJobId(call, jobsOf(site, call, input.AccountId), input.JobId),
    handle: async (input, call) => {
      const where = jobsOf(site, call, input.AccountId);
      const { StatusUpdateReason: reason } = input;
      const job = await updateJobStatus(where, {
        jobId: input.JobId,
        requested: oneOf('requestedJobStatus', input.RequestedJobStatus, ['Ready', 'Cancelled']),
        ...(reason === undefined
          ? {}
          : { reason: textOf('statusUpdateReason', reason, STATUS_UPDATE_REASON_LENGTH_MAX) }),
        // A policy may allow it for as long as the job awaits its confirmation.
        permit: (now) => call.authorise([onJob(call, now)]),
      });
      return { JobId: job.jobId, Status: job.status, StatusUpdateReason: job.statusUpdateReason };
    },
  };
}
