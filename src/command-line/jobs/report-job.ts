import { styleText } from 'node:util';
import { type CheckedReport, checkReport } from '../../batch/report/check-report.ts';
import type { AwsClients } from '../aws-clients.ts';
import { RequestError } from '../command.ts';
import { number } from '../quantities.ts';
import type { Terminal } from '../terminal.ts';
import { hasEnded, type JobView } from './job-view.ts';
import { type JudgedRows, type ReplicaCount, RowJudge } from './judge-rows.ts';
import { reportFolderUrl } from './render-job.ts';
import { openReport } from './report-files.ts';

// A few times a second.
const PROGRESS_ROWS = 100;

export interface ReportVerdict {
  readonly checked: CheckedReport;
  readonly judged: JudgedRows;
  readonly isRight: boolean;
}

/** Reads a job's report and compares it with itself, with the job's totals and, row by row, with the buckets.
 * @param options.folder where its files are kept, if anywhere
 * @throws RequestError where the job has none */
export async function checkJobReport(
  aws: AwsClients,
  region: string,
  job: JobView,
  options: {
    readonly folder: string | undefined;
    /** Told now and then how many rows were looked at. */
    readonly onProgress: (rows: number) => void;
  },
): Promise<ReportVerdict> {
  const { report, succeeded, failed } = job;
  if (report === undefined) throw new RequestError(`Job ${job.id} was made without a report.`);
  if (!hasEnded(job)) {
    throw new RequestError(`Job ${job.id} has not ended: its report comes with its end.`);
  }
  if (succeeded + failed === 0) throw new RequestError(`Job ${job.id} ran no task, so it has no report.`);
  const files = await openReport(aws, report, job.id, options.folder);
  const judge = new RowJudge(
    aws,
    { s3: await aws.s3(region), region },
    job.operation === 'S3ReplicateObject',
  );
  let rows = 0;
  const checked = await checkReport(files, { scope: report.scope, succeeded, failed }, (row) => {
    rows += 1;
    if (rows % PROGRESS_ROWS === 0) options.onProgress(rows);
    return judge.judge(row);
  });
  const judged = await judge.finish();
  const repeatedWrongly = job.bucket !== undefined && checked.repeated > 0;
  return {
    checked,
    judged,
    isRight: checked.problems.length === 0 && judged.differing === 0 && !repeatedWrongly,
  };
}

export function sayVerdict(terminal: Terminal, job: JobView, verdict: ReportVerdict): void {
  const { checked, judged, isRight } = verdict;
  if (job.report !== undefined) terminal.say(styleText('bold', reportFolderUrl(job.report, job.id)));
  const lines = facts(job, verdict);
  const width = Math.max(...lines.map(([label]) => label.length));
  for (const [label, text] of lines) terminal.say(`  ${label.padEnd(width)}  ${text}`);
  for (const problem of checked.problems) terminal.say(styleText('red', `  ${problem}`));
  for (const difference of judged.differences) terminal.say(styleText('red', `  ${difference}`));
  const hidden = judged.differing - judged.differences.length;
  if (hidden > 0) terminal.say(styleText('red', `  and ${number(hidden)} more`));
  terminal.say(
    isRight ? styleText('green', praise(judged)) : styleText('red', 'The report and the buckets differ.'),
  );
}

function facts(job: JobView, { checked, judged }: ReportVerdict): (readonly [string, string])[] {
  const { repeated, problems, succeeded, failed } = checked;
  const failures = [...judged.failures].map(([code, count]) => `${number(count)} ${code}`);
  const since = judged.arrivedSince === 0 ? '' : `; ${number(judged.arrivedSince)} arrived since`;
  const isEmpty = succeeded + failed === 0;
  const twice = isEmpty ? '' : `, ${repeated === 0 ? 'none' : number(repeated)} twice`;
  return [
    ['files', problems.length === 0 ? 'each with the MD5 that it should have' : 'wrong, see below'],
    ['rows', `${rowWords(job, checked)}${twice}`],
    ...(failures.length === 0 ? [] : [['failures', `${failures.join(', ')}${since}`] as const]),
    ...(succeeded === 0
      ? []
      : [
          [
            job.bucket ?? 'source',
            `${number(judged.foundAtSource)} of ${number(succeeded)} versions are there`,
          ] as const,
          ...[...judged.replicas].map(([name, count]) => [name, replicaWords(count)] as const),
        ]),
  ];
}

function rowWords({ report, succeeded: ran }: JobView, { succeeded, failed }: CheckedReport): string {
  const counts = `${number(succeeded + failed)}: ${number(succeeded)} succeeded, ${number(failed)} failed`;
  return report?.scope === 'FailedTasksOnly' && succeeded === 0
    ? `${number(failed)} failed, and the ${number(ran)} that succeeded are not listed`
    : counts;
}

/** No more than was seen. */
function praise({ replicas }: JudgedRows): string {
  const isWhole = [...replicas.values()].every((count) => count !== undefined);
  const scope = isWhole ? '' : ' as far as these keys may look';
  return `The report is right${scope}: files, totals and every row are as the buckets say.`;
}

function replicaWords(count: ReplicaCount | undefined): string {
  if (count === undefined) return "another account's, and not looked at: these keys may not read it";
  if (count.due === 0) return 'no rule brings these objects here';
  return `${number(count.equal)} of ${number(count.due)} replicas are equal in version id, bytes, time and status`;
}
