import { styleText } from 'node:util';
import { counted, day, duration, number, timeOfDay } from '../quantities.ts';
import { hasEnded, type JobState, type JobView, type ReportPlace } from './job-view.ts';
import { jobStateWords, operationWords, stateWords, styledState } from './job-words.ts';
import { progressLine } from './progress.ts';

const LABEL_WIDTH = 13;

/** All that is known of a job, on one page.
 * @param states undefined where the server does not tell them
 * @param regionOption for the commands that are named: ` --region R`, where the job would not be found without */
export function renderJob(
  job: JobView,
  states: readonly JobState[] | undefined,
  width: number,
  regionOption = '',
): string {
  const isUnderWay = !hasEnded(job) && (job.total ?? 0) > 0 && job.status !== 'Suspended';
  return [
    styleText('bold', `Job ${job.id}`),
    styledState(job, jobStateWords(job)),
    ...(isUnderWay ? [progressLine(job, averageRate(job), width)] : []),
    '',
    ...facts(job).map(([label, text]) => `${styleText('dim', label.padEnd(LABEL_WIDTH))} ${text}`),
    ...(states === undefined ? [] : ['', ...renderStates(states, job)]),
    ...nextSteps(job, `${job.id}${regionOption}`),
  ].join('\n');
}

/** Each state with the time it was entered at, and why; with the day where they are of several. */
export function renderStates(states: readonly JobState[], job: Pick<JobView, 'failed' | 'total'>): string[] {
  const words = states.map(({ status }) => stateWords(status));
  const isOfSeveralDays = new Set(states.map(({ at }) => day(at))).size > 1;
  const wide = Math.max(...words.map((text) => text.length));
  return states.map((state, index) => {
    const { status, at } = state;
    const milliseconds = String(at.getMilliseconds()).padStart(3, '0');
    const time = `${isOfSeveralDays ? `${day(at)} ` : ''}${timeOfDay(at)}.${milliseconds}`;
    const cause = causeWords(state, job);
    const text = words[index] ?? '';
    const padded = cause === undefined ? text : `${text.padEnd(wide)}  `;
    return `${styleText('dim', time)}  ${styledState({ status, failed: job.failed }, padded)}${cause ?? ''}`;
  });
}

function causeWords({ status, cause }: JobState, { total }: Pick<JobView, 'total'>): string | undefined {
  if (status === 'Suspended' && total !== undefined) return counted(total, 'object');
  // Cancelling, cancelled: says nothing.
  return cause === 'cancelled' ? undefined : cause;
}

/** `s3://bucket/prefix/job-ID/`. */
export function reportFolderUrl({ bucket, prefix }: ReportPlace, jobId: string): string {
  const folder = prefix === undefined ? '' : `${prefix.replace(/\/$/, '')}/`;
  return `s3://${bucket}/${folder}job-${jobId}/`;
}

function facts(job: JobView): (readonly [string, string])[] {
  const { report, bucket, manifest, ended } = job;
  const active = averageRate(job);
  const optional: (readonly [string, string | undefined])[] = [
    ['Description', job.description],
    ['Source', bucket],
    ['Manifest', manifest],
    ['Operation', operationWords(job.operation)],
    ['Objects', objectsWords(job)],
    ['Why', job.failures.map(({ code, reason }) => `${reason} (${code})`).join('; ') || undefined],
    ['Reason given', job.updateReason],
    [
      'Time active',
      active === undefined
        ? undefined
        : `${duration(job.activeSeconds * 1000)}, ${number(Math.round(active))}/s`,
    ],
    ['Priority', String(job.priority)],
    ['Role', job.role],
    [
      'Report',
      report === undefined
        ? 'none'
        : `${reportFolderUrl(report, job.id)}${report.scope === 'AllTasks' ? '' : ' (failed tasks only)'}`,
    ],
    ['Created', `${day(job.created)} ${timeOfDay(job.created)}`],
    ['Ended', ended === undefined ? undefined : `${day(ended)} ${timeOfDay(ended)}`],
  ];
  return optional.flatMap(([label, text]) => (text === undefined ? [] : [[label, text] as const]));
}

function objectsWords({ total, succeeded, failed }: JobView): string {
  if (total === undefined) return 'not counted yet';
  const run = succeeded + failed;
  if (run === 0) return number(total);
  const waiting = total - run;
  return [
    `${number(total)}: ${number(succeeded)} succeeded`,
    `${number(failed)} failed`,
    ...(waiting === 0 ? [] : [`${number(waiting)} not run`]),
  ].join(', ');
}

function averageRate({ activeSeconds, succeeded, failed }: JobView): number | undefined {
  return activeSeconds === 0 ? undefined : (succeeded + failed) / activeSeconds;
}

function nextSteps(job: JobView, id: string): string[] {
  if (job.status === 'Suspended') {
    return ['', `To run it on ${counted(job.total ?? 0, 'object')}: holdfast jobs run ${id}`];
  }
  if (hasEnded(job) && job.report !== undefined && job.succeeded + job.failed > 0) {
    return ['', `To check its report: holdfast jobs report ${id}`];
  }
  return [];
}
