import { LIST_JOBS_MAX } from '../../batch/limits.ts';
import { listJobs } from '../../batch/list-jobs.ts';
import type { Site } from '../../buckets/region.ts';
import { invalidJobRequest, invalidNextToken } from '../../errors/s3control.ts';
import { JOB_STATUSES, type JobStatus } from '../../store/tables/job-rows.ts';
import { progressSummary } from './answers/job-descriptor.ts';
import { jobsOf, type S3ControlOperation } from './operation.ts';

const NEXT_TOKEN_LENGTH_MAX = 1024;

export function listJobsOperation(site: Site): S3ControlOperation<'ListJobs'> {
  return {
    access: (input, call) => {
      jobsOf(site, call, input.AccountId);
      return [{ action: 's3:ListJobs', resource: '*' }];
    },
    handle: async (input, call) => {
      const where = jobsOf(site, call, input.AccountId);
      const { NextToken: token } = input;
      if (token !== undefined && token.length > NEXT_TOKEN_LENGTH_MAX) throw invalidNextToken();
      const page = await listJobs(where, {
        statuses: (input.JobStatuses ?? []).map(statusOf),
        jobsMax: pageSize(input.MaxResults),
        ...(token === undefined ? {} : { nextToken: token }),
      });
      const nowMs = site.clock.now();
      return {
        Jobs: page.jobs.map(({ job, progress }) => ({
          JobId: job.jobId,
          Description: job.description,
          Operation: job.operation.name,
          Priority: job.priority,
          Status: job.status,
          CreationTime: new Date(job.createdAtMs),
          TerminationDate: job.terminatedAtMs === undefined ? undefined : new Date(job.terminatedAtMs),
          ProgressSummary: progressSummary(job, progress, nowMs),
        })),
        NextToken: page.nextToken,
      };
    },
  };
}

function statusOf(text: string): JobStatus {
  const status = JOB_STATUSES.find((known) => known === text);
  if (status === undefined) throw invalidJobRequest(`${text} is no status of a job.`);
  return status;
}

/** Zero is inside the model's range and asks for no page: it means the default. */
function pageSize(asked = 0): number {
  if (asked < 0 || asked > LIST_JOBS_MAX) {
    throw invalidJobRequest(`maxResults must be from 0 to ${LIST_JOBS_MAX}.`);
  }
  return asked === 0 ? LIST_JOBS_MAX : asked;
}
