import { findJob, type JobsOfAccount } from '../../batch/find-job.ts';
import { jobArn } from '../../batch/job-arn.ts';
import { conditionsOfJob } from '../../batch/job-conditions.ts';
import type { JobRow } from '../../store/tables/job-rows.ts';
import type { AccessRequirement } from '../../wire/call.ts';
import type { S3ControlCall } from './operation.ts';

type Context = Readonly<Record<string, string | readonly string[]>>;

/** What acting on a job takes: the action of the operation's name, on the job's ARN.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html */
export function onJob(call: S3ControlCall, job: JobRow, context: Context = {}): AccessRequirement {
  return {
    action: `s3:${call.operation}`,
    resource: jobArn(call.region, job),
    context: { ...conditionsOfJob(job), ...context },
  };
}

/** The same by the job's id. A job that does not exist has an ARN, too: who may not ask is not told that it is missing. */
export async function onJobId(
  call: S3ControlCall,
  where: JobsOfAccount,
  jobId: string,
  context: Context = {},
): Promise<readonly AccessRequirement[]> {
  const found = await findJob(where, jobId);
  if (found !== undefined) return [onJob(call, found.job, context)];
  const { account } = where;
  return [{ action: `s3:${call.operation}`, resource: jobArn(call.region, { account, jobId }), context }];
}
