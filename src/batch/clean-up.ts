import type { Check, Write } from '../store/kv/key-value-store.ts';
import { decodeKey, keyAfter } from '../store/kv/tuple.ts';
import type { JobRow } from '../store/tables/job-rows.ts';
import { jobAnswers, jobProgress, jobStates, jobs, jobsOfAccount, jobTokens } from '../store/tables/jobs.ts';
import { isForgotten } from './find-job.ts';
import { deleteChunks } from './job-chunks.ts';
import { commitAsRunner, type RunContext } from './run-context.ts';
import { isTerminal } from './transition.ts';

/** Rows of jobs read, and small rows deleted, at once. */
const ROWS_MAX = 256;

/** Deletes the jobs that ended 90 days ago, with all their rows: the job's own comes last, so that a crash in between
 * leaves what is found again. And the chunks of those that ended since, where a crash came first.
 * @param signal ends it between two commits
 * @throws Superseded, StoreUnavailableError */
export async function cleanUpJobs(context: RunContext, signal: AbortSignal): Promise<void> {
  const { start: first, end } = jobs.range();
  for (let start = first; ; ) {
    const rows = await context.region.store.range({ start, end, limit: ROWS_MAX });
    for (const row of rows) {
      signal.throwIfAborted();
      const job = jobs.decode(row);
      if (!isTerminal(job.status)) continue;
      await deleteChunks(context, job.jobId, signal);
      if (isForgotten(job, context.nowMs()))
        await deleteJob(context, job, [jobs.check(row.version, job.jobId)], signal);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < ROWS_MAX) return;
    start = keyAfter(last.key);
  }
}

async function deleteJob(
  context: RunContext,
  job: JobRow,
  checks: readonly Check[],
  signal: AbortSignal,
): Promise<void> {
  const { jobId, account, createdAtMs, clientRequestToken } = job;
  await deleteRows(context, jobAnswers.range(jobId), signal);
  await deleteRows(context, jobStates.range(jobId), signal);
  await commitAsRunner(context, checks, [
    jobProgress.delete(jobId),
    jobTokens.delete(account, clientRequestToken),
    jobsOfAccount.delete(account, createdAtMs, jobId),
    jobs.delete(jobId),
  ]);
  context.batch.logger.info({ job: jobId }, 'the record of an ended job is deleted');
}

async function deleteRows(
  context: RunContext,
  range: { readonly start: Buffer; readonly end: Buffer },
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const rows = await context.region.store.range({ ...range, limit: ROWS_MAX });
    if (rows.length === 0) return;
    const writes = rows.map(({ key }): Write => ({ kind: 'delete', key }));
    await commitAsRunner(context, [], writes);
  }
}

/** The id in a key of the table of jobs. */
export function jobIdOf(key: Buffer): string {
  return String(decodeKey(key)[1]);
}
