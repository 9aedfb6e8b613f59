import { invalidNextToken } from '../errors/s3control.ts';
import type { KeyedRow } from '../store/kv/key-value-store.ts';
import { decodeKey } from '../store/kv/tuple.ts';
import type { JobProgressRow, JobRow, JobStatus } from '../store/tables/job-rows.ts';
import { jobProgress, jobs, jobsOfAccount } from '../store/tables/jobs.ts';
import { isForgotten, type JobsOfAccount } from './find-job.ts';
import { currentProgress, NO_PROGRESS } from './progress.ts';

/** Rows read at once: a page of a filtered list may take several rounds. */
const ROUND_ROWS = 200;

export interface ListedJob {
  readonly job: JobRow;
  readonly progress: JobProgressRow;
}

/** A page of the account's jobs, the newest first (AWS promises no order).
 * @throws AwsError InvalidNextTokenException */
export async function listJobs(
  where: JobsOfAccount,
  page: {
    /** None: every status. */
    readonly statuses: readonly JobStatus[];
    /** At least 1. */
    readonly jobsMax: number;
    readonly nextToken?: string;
  },
): Promise<{ readonly jobs: readonly ListedJob[]; readonly nextToken?: string }> {
  const { store, account } = where;
  const { start, end } = jobsOfAccount.range(account);
  const found: ListedJob[] = [];
  let before = page.nextToken === undefined ? end : keyOfToken(account, page.nextToken);
  for (;;) {
    const rows = await store.range({ start, end: before, limit: ROUND_ROWS, reverse: true });
    for (const listed of await readJobs(where, rows)) {
      if (page.statuses.length > 0 && !page.statuses.includes(listed.job.status)) continue;
      const last = found.at(-1);
      if (last !== undefined && found.length === page.jobsMax) {
        return { jobs: found, nextToken: tokenOf(last.job) };
      }
      found.push(await upToDate(where, listed));
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < ROUND_ROWS) return { jobs: found };
    before = last.key;
  }
}

async function readJobs({ store, clock }: JobsOfAccount, rows: readonly KeyedRow[]): Promise<ListedJob[]> {
  const jobIds = rows.map(({ key }) => String(decodeKey(key).at(-1)));
  const read = await store.get([
    ...jobIds.map((jobId) => jobs.key(jobId)),
    ...jobIds.map((jobId) => jobProgress.key(jobId)),
  ]);
  const nowMs = clock.now();
  return jobIds.flatMap((_jobId, index) => {
    const row = read[index];
    const progress = read[jobIds.length + index];
    if (row === undefined) return [];
    const job = jobs.decode(row);
    if (isForgotten(job, nowMs)) return [];
    return [{ job, progress: progress === undefined ? NO_PROGRESS : jobProgress.decode(progress) }];
  });
}

/** As DescribeJob would tell it: what ended in chunks that are under way counts, too. */
async function upToDate({ store }: JobsOfAccount, { job, progress }: ListedJob): Promise<ListedJob> {
  if (progress.underWay.length === 0) return { job, progress };
  return { job, progress: await currentProgress(store, job.jobId) };
}

// What a token holds is where the page before it ended.
const TOKEN = /^(\d{1,15})\/([\da-f-]{36})$/;

function tokenOf({ createdAtMs, jobId }: JobRow): string {
  return Buffer.from(`${createdAtMs}/${jobId}`).toString('base64url');
}

function keyOfToken(account: string, token: string): Buffer {
  const match = TOKEN.exec(Buffer.from(token, 'base64url').toString('latin1'));
  if (match === null) throw invalidNextToken();
  return jobsOfAccount.key(account, Number(match[1]), match[2] ?? '');
}
