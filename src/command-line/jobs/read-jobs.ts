import type { JobStatus } from '@aws-sdk/client-s3-control';
import type { AwsClients } from '../aws-clients.ts';
import { callServer } from '../call-server.ts';
import { RequestError } from '../command.ts';
import { type JobState, type JobView, viewOfDescribed, viewOfListed } from './job-view.ts';

const JOB_ID_LENGTH = 36;
/** As many as a page may have. */
const PAGE_JOBS = 1000;

/** The newest first, as the server gives them. */
export async function listJobs(
  aws: AwsClients,
  options: { readonly region: string; readonly statuses?: readonly JobStatus[]; readonly jobsMax: number },
): Promise<{ readonly jobs: readonly JobView[]; readonly more: boolean }> {
  const { ListJobsCommand } = await import('@aws-sdk/client-s3-control');
  const { region, statuses, jobsMax } = options;
  const client = await aws.s3Control(region);
  const jobs: JobView[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListJobsCommand({
        AccountId: aws.account,
        MaxResults: Math.min(PAGE_JOBS, jobsMax - jobs.length),
        ...(statuses !== undefined && { JobStatuses: [...statuses] }),
        ...(token !== undefined && { NextToken: token }),
      }),
    );
    jobs.push(...(page.Jobs ?? []).map(viewOfListed));
    token = page.NextToken;
  } while (token !== undefined && jobs.length < jobsMax);
  return { jobs, more: token !== undefined };
}

/** @param id the whole id, or as much of its beginning as no other job shares
 * @throws RequestError where there is no such job, or several */
export async function readJob(aws: AwsClients, region: string, id: string): Promise<JobView> {
  const { DescribeJobCommand } = await import('@aws-sdk/client-s3-control');
  const jobId = id.length >= JOB_ID_LENGTH ? id : await wholeId(aws, region, id);
  const client = await aws.s3Control(region);
  try {
    const { Job } = await client.send(new DescribeJobCommand({ AccountId: aws.account, JobId: jobId }));
    return viewOfDescribed(Job ?? {});
  } catch (error) {
    if (error instanceof RequestError && error.code === 'NotFoundException') throw unknownJob(id, region);
    throw error;
  }
}

/** Every state that the job entered, the oldest first. AWS's API does not tell: this is the server's own. */
export async function readJobStates(aws: AwsClients, region: string, jobId: string): Promise<JobState[]> {
  const { states } = await callServer<{
    states: (Omit<JobState, 'at'> & { readonly at: string })[];
  }>(aws.endpoint, 'GetJobStates', { jobId, region });
  return states.map((state) => ({ ...state, at: new Date(state.at) }));
}

async function wholeId(aws: AwsClients, region: string, beginning: string): Promise<string> {
  const { jobs } = await listJobs(aws, { region, jobsMax: Number.POSITIVE_INFINITY });
  const [found, another] = jobs.filter(({ id }) => id.startsWith(beginning.toLowerCase()));
  if (found === undefined) throw unknownJob(beginning, region);
  if (another === undefined) return found.id;
  throw new RequestError(`Several jobs begin with ${beginning}: type more of the id.`);
}

function unknownJob(id: string, region: string): RequestError {
  return new RequestError(`There is no job ${id} in ${region}: --region names another region.`);
}
