import { styleText } from 'node:util';
import { sleep, systemClock } from '../../lib/clock.ts';
import { JOB_STATUSES, type JobStatus } from '../../store/tables/job-rows.ts';
import { UsageError } from '../command.ts';
import { print } from '../output.ts';
import { number } from '../quantities.ts';
import { Watching } from '../watching.ts';
import { hasEnded, type JobView } from './job-view.ts';
import { type JobsCall, printJson, regionOption } from './jobs-call.ts';
import { progressLine, RateMeter } from './progress.ts';
import { listJobs, readJob } from './read-jobs.ts';
import { renderJobTable } from './table.ts';

const WATCH_INTERVAL_MS = 1000;
const JOBS_OTHERWISE = 20;

/** The newest jobs in a table; with `--watch` again and again, with a bar below each that runs. */
export async function showJobs(call: JobsCall): Promise<number> {
  const { given } = call;
  const statuses = readStatuses(given.values.get('status'));
  const jobsMax = readLimit(given.values.get('limit'));
  const meters = new Map<string, RateMeter>();
  const watching = new Watching();
  for (;;) {
    const found = await watching.ask(() => readTable(call, statuses, jobsMax));
    if (found !== undefined) showTable(call, found, meters);
    if (!given.flags.has('watch')) return 0;
    await sleep(systemClock, WATCH_INTERVAL_MS);
  }
}

function showTable(call: JobsCall, { jobs, more }: JobTable, meters: Map<string, RateMeter>): void {
  const {
    terminal,
    given: { flags },
  } = call;
  // Under --watch a line each time, as a script reads them.
  if (flags.has('json') && flags.has('watch')) print(JSON.stringify({ jobs }));
  else if (flags.has('json')) printJson({ jobs });
  else {
    const screen = render(jobs, more, terminal.width, meters, call);
    if (flags.has('watch')) terminal.clear();
    terminal.say(screen);
  }
}

interface JobTable {
  readonly jobs: readonly JobView[];
  readonly more: boolean;
}

/** ListJobs does not name the bucket, and DescribeJob does. */
async function readTable(
  { aws }: JobsCall,
  statuses: readonly JobStatus[] | undefined,
  jobsMax: number,
): Promise<JobTable> {
  const options = { region: aws.region, jobsMax, ...(statuses !== undefined && { statuses }) };
  const { jobs, more } = await listJobs(aws, options);
  return { jobs: await Promise.all(jobs.map(({ id }) => readJob(aws, aws.region, id))), more };
}

function render(
  jobs: readonly JobView[],
  more: boolean,
  width: number,
  meters: Map<string, RateMeter>,
  call: JobsCall,
): string {
  const { aws, given } = call;
  if (jobs.length === 0) {
    return given.values.has('status')
      ? `No jobs with this status in ${aws.region}.`
      : `No jobs in ${aws.region}. To replicate what a bucket has already: holdfast jobs create BUCKET`;
  }
  const [head = '', ...rows] = renderJobTable(jobs, width);
  const lines = rows.flatMap((row, index) => {
    const job = jobs[index];
    return job?.status === 'Active' ? [row, `  ${barOf(job, meters, width)}`] : [row];
  });
  const waiting = jobs.filter(({ status }) => status === 'Suspended');
  const [first] = waiting;
  return [
    head,
    ...lines,
    ...(more ? [styleText('dim', `Only the newest ${number(jobs.length)}: --limit shows more.`)] : []),
    ...(first === undefined
      ? []
      : ['', `To confirm one: holdfast jobs run ${first.id.slice(0, 8)}${regionOption(call, aws.region)}`]),
  ].join('\n');
}

function barOf(job: JobView, meters: Map<string, RateMeter>, width: number): string {
  const meter = meters.get(job.id) ?? new RateMeter();
  meters.set(job.id, meter);
  meter.note(systemClock.now(), job.succeeded + job.failed);
  if (hasEnded(job)) meters.delete(job.id);
  return progressLine(job, meter.perSecond, width - 2);
}

/** @throws UsageError */
function readStatuses(text: string | undefined): JobStatus[] | undefined {
  return text?.split(',').map((word) => {
    const found = JOB_STATUSES.find((status) => status.toLowerCase() === word.toLowerCase());
    if (found !== undefined) return found;
    throw new UsageError(`--status is one or more of ${JOB_STATUSES.join(',')}.`);
  });
}

/** @throws UsageError */
function readLimit(text: string | undefined): number {
  if (text === undefined) return JOBS_OTHERWISE;
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new UsageError(`--limit is how many jobs to show, not "${text}".`);
}
