import { withdrawDeliveries } from '../replication/batch/withdraw-deliveries.ts';
import type { JobRow } from '../store/tables/job-rows.ts';
import type { ChunksUnderWay } from './chunks-under-way.ts';
import { failureReason, JobFailure } from './job-failure.ts';
import { writeReport } from './report/write-report.ts';
import { enter, type RunContext, type StoredJob } from './run-context.ts';
import { sourceBucketName } from './task-bucket.ts';

/** Completing: every task has its result; what is left is the report.
 * @throws Superseded; what passes by itself */
export async function completeJob(context: RunContext, stored: StoredJob): Promise<void> {
  await writeReport(context.batch, context.region, stored.job);
  await enter(context, stored, 'Complete');
}

/** Cancelling and Failing: nothing more is started; what is started ends, or is taken back where that would have to
 * wait; what ran is reported.
 * @returns false while something has yet to end
 * @throws Superseded; what passes by itself */
export async function endJob(
  context: RunContext,
  stored: StoredJob,
  chunks: ChunksUnderWay,
): Promise<boolean> {
  const { job } = stored;
  await chunks.cutShort();
  await chunks.collect();
  if (chunks.underWay().length > 0) {
    await withdraw(context, job, chunks);
    await chunks.collect({ now: true });
    if (chunks.underWay().length > 0) return false;
  }
  const failure = await reportWhatRan(context, job, chunks);
  await enter(context, stored, job.status === 'Cancelling' ? 'Cancelled' : 'Failed', {
    ...(failure !== undefined && { failure: failureReason(failure) }),
  });
  return true;
}

async function withdraw(context: RunContext, job: JobRow, chunks: ChunksUnderWay): Promise<void> {
  const { region, batch, nowMs, unavailable } = context;
  const bucket = sourceBucketName(job);
  for (const { number, row } of chunks.underWay()) {
    await withdrawDeliveries(
      { region, buckets: batch.objects.buckets, nowMs: nowMs(), unavailable },
      {
        jobId: job.jobId,
        number,
        tasks: row.tasks,
        waitsFor: row.waitsFor,
        ...(bucket !== undefined && { sourceBucket: bucket }),
      },
    );
  }
}

/** @returns why the report could not be written: the job ends all the same */
async function reportWhatRan(
  { batch, region }: RunContext,
  job: JobRow,
  { progress }: ChunksUnderWay,
): Promise<JobFailure | undefined> {
  const refused = job.failureReasons.some(({ code }) => code === 'ReportWriteFailed');
  if (progress.succeeded + progress.failed === 0 || refused) return undefined;
  try {
    await writeReport(batch, region, job);
    return undefined;
  } catch (error) {
    if (error instanceof JobFailure) return error;
    throw error;
  }
}
