import { RequestError, UsageError } from '../command.ts';
import { readPriority } from '../option-values.ts';
import { counted, number } from '../quantities.ts';
import { createJob } from './create-job.ts';
import { followJob, verdict } from './follow-job.ts';
import { type JobRequest, readJobRequest } from './job-request.ts';
import type { JobView } from './job-view.ts';
import { jobStateWords } from './job-words.ts';
import { type JobsCall, printJson, regionOption } from './jobs-call.ts';
import { readJob, readJobStates } from './read-jobs.ts';
import { renderJob } from './render-job.ts';
import { checkJobReport, sayVerdict } from './report-job.ts';

export function create(call: JobsCall, bucket: string): Promise<number> {
  return createAndFollow(call, readJobRequest(bucket, call.given));
}

/** Makes the job and, on a terminal, follows it: to the question whether to run it, and to its end. */
export async function createAndFollow(call: JobsCall, request: JobRequest): Promise<number> {
  const { aws, terminal, given } = call;
  const { jobId, region } = await createJob(aws, call, request);
  if (jobId === undefined) return 0;
  terminal.say(`Job ${jobId}`);
  if (!follows(call)) {
    if (given.flags.has('json')) printJson({ jobId, region });
    else if (request.waits)
      terminal.say(`It waits for: holdfast jobs run ${jobId}${regionOption(call, region)}`);
    return 0;
  }
  const job = await followJob(aws, terminal, { region, jobId, stopAtConfirmation: request.waits });
  if (job.status !== 'Suspended') return end(call, job, region);
  const isToRun = await terminal.confirm(`Run it now on ${counted(job.total ?? 0, 'object')}?`, false);
  if (isToRun) return runJob(call, region, job);
  if (given.flags.has('json')) printJson(job);
  terminal.say(`To run it later: holdfast jobs run ${jobId}${regionOption(call, region)}`);
  return 0;
}

export async function run(call: JobsCall, id: string): Promise<number> {
  const { aws } = call;
  return runJob(call, aws.region, await readJob(aws, aws.region, id));
}

async function runJob(call: JobsCall, region: string, job: JobView): Promise<number> {
  const { id, total, status } = job;
  if (status !== 'Suspended') {
    throw new RequestError(`Job ${id} does not await your confirmation: it is ${jobStateWords(job)}.`);
  }
  await requestStatus(call, region, id, 'Ready');
  const { aws, terminal, given } = call;
  if (given.flags.has('dry-run')) return 0;
  if (!follows(call)) {
    if (given.flags.has('json')) printJson({ jobId: id, status: 'Ready' });
    else terminal.say(`Confirmed: it runs on ${counted(total ?? 0, 'object')}.`);
    return 0;
  }
  const options = { region, jobId: id, stopAtConfirmation: false, after: 'Suspended' } as const;
  return end(call, await followJob(aws, terminal, options), region);
}

export async function cancel(call: JobsCall, id: string): Promise<number> {
  const { aws, terminal, given } = call;
  const { id: jobId } = await readJob(aws, aws.region, id);
  const status = await requestStatus(call, aws.region, jobId, 'Cancelled');
  if (given.flags.has('dry-run')) return 0;
  if (given.flags.has('json')) printJson({ jobId, status });
  else terminal.say(status === 'Cancelled' ? 'Cancelled.' : `${status}: what is under way ends first.`);
  return 0;
}

async function requestStatus(
  { aws, perform, given }: JobsCall,
  region: string,
  jobId: string,
  wanted: 'Ready' | 'Cancelled',
): Promise<string> {
  const { UpdateJobStatusCommand } = await import('@aws-sdk/client-s3-control');
  const client = await aws.s3Control(region);
  const reason = given.values.get('reason');
  const updated = await perform({
    title: wanted === 'Ready' ? 'you confirm it' : 'you cancel it',
    command: 's3control update-job-status',
    options: {
      region,
      'account-id': aws.account,
      'job-id': jobId,
      'requested-job-status': wanted,
      ...(reason !== undefined && { 'status-update-reason': reason }),
    },
    run: () =>
      client.send(
        new UpdateJobStatusCommand({
          AccountId: aws.account,
          JobId: jobId,
          RequestedJobStatus: wanted,
          ...(reason !== undefined && { StatusUpdateReason: reason }),
        }),
      ),
  });
  return updated?.Status ?? wanted;
}

export async function setPriority(call: JobsCall, id: string, text: string): Promise<number> {
  const { aws, terminal, perform, given } = call;
  const priority = readPriority(text) ?? 0;
  const { UpdateJobPriorityCommand } = await import('@aws-sdk/client-s3-control');
  const client = await aws.s3Control(aws.region);
  const { id: jobId } = await readJob(aws, aws.region, id);
  await perform({
    title: 'its place among the others',
    command: 's3control update-job-priority',
    options: { region: aws.region, 'account-id': aws.account, 'job-id': jobId, priority: String(priority) },
    run: () =>
      client.send(new UpdateJobPriorityCommand({ AccountId: aws.account, JobId: jobId, Priority: priority })),
  });
  if (given.flags.has('dry-run')) return 0;
  if (given.flags.has('json')) printJson({ jobId, priority });
  else terminal.say(`Job ${jobId} has priority ${priority}.`);
  return 0;
}

export async function follow(call: JobsCall, id: string): Promise<number> {
  const { aws, terminal } = call;
  const { id: jobId } = await readJob(aws, aws.region, id);
  const options = { region: aws.region, jobId, stopAtConfirmation: false };
  return end(call, await followJob(aws, terminal, options), aws.region);
}

export async function show(call: JobsCall, id: string): Promise<number> {
  const { aws, terminal, given } = call;
  const job = await readJob(aws, aws.region, id);
  // AWS itself has no such call, and the keys may be of one who may list only.
  const states = await readJobStates(aws, aws.region, job.id).catch((error: unknown) => {
    if (error instanceof RequestError) return undefined;
    throw error;
  });
  if (given.flags.has('json')) printJson({ ...job, ...(states !== undefined && { states }) });
  else terminal.say(renderJob(job, states, terminal.width, regionOption(call, aws.region)));
  return 0;
}

export async function report(call: JobsCall, id: string): Promise<number> {
  const { aws, terminal, given } = call;
  const job = await readJob(aws, aws.region, id);
  const folder = given.values.get('output');
  const rows = counted(job.succeeded + job.failed, 'row');
  const found = await checkJobReport(aws, aws.region, job, {
    folder,
    onProgress: (seen) => terminal.rewrite(`${number(seen)} of ${rows} looked up in the buckets`),
  });
  terminal.rewrite('');
  if (given.flags.has('json')) {
    const { judged, checked, isRight } = found;
    printJson({
      jobId: job.id,
      isRight,
      ...checked,
      ...judged,
      replicas: Object.fromEntries(judged.replicas),
      failures: Object.fromEntries(judged.failures),
    });
  } else {
    sayVerdict(terminal, job, found);
    if (folder !== undefined) terminal.say(`Its files are in ${folder}.`);
  }
  return found.isRight ? 0 : 1;
}

/** How the job ended, as the last line and the exit code. */
function end(call: JobsCall, job: JobView, region: string): number {
  const { terminal, given } = call;
  const { text, code } = verdict(job);
  if (given.flags.has('json')) printJson(job);
  else {
    terminal.say(text);
    if (job.report !== undefined && job.succeeded + job.failed > 0) {
      terminal.say(`To check its report: holdfast jobs report ${job.id}${regionOption(call, region)}`);
    }
  }
  return code;
}

function follows({ terminal, given: { flags } }: JobsCall): boolean {
  if (flags.has('follow') && flags.has('no-follow')) throw new UsageError('Type --follow or --no-follow.');
  return flags.has('follow') || (terminal.interactive && !flags.has('no-follow'));
}
