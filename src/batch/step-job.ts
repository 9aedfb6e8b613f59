import { ChunksUnderWay } from './chunks-under-way.ts';
import { completeJob, endJob } from './finish-job.ts';
import { deleteChunks } from './job-chunks.ts';
import { failureReason, JobFailure } from './job-failure.ts';
import { CONFIRMATION_LIFE_MS, FAILURE_THRESHOLD_RATE, FAILURE_THRESHOLD_TASKS_MIN } from './limits.ts';
import { prepareJob } from './prepare-job.ts';
import { enter, type RunContext, type StoredJob } from './run-context.ts';
import type { RunningJob } from './running-job.ts';

/** A chunk whose versions or tags clients change all the time never finds all of them still for a moment: it is made
 * smaller. */
const CONFLICTS_MAX = 3;

/** What depends on the other jobs of the region. */
export interface JobDecisions {
  readonly mayPrepare: boolean;
  readonly mayStart: boolean;
  readonly mustPause: boolean;
}

/** Does what a job's state asks for now.
 * - again: it is in another state.
 * - wait: nothing can be done before the job is woken.
 * - ended: it is in its last state.
 * @throws Superseded: the job has to be read again; what passes by itself */
export async function stepJob(
  context: RunContext,
  running: RunningJob,
  stored: StoredJob,
  decisions: JobDecisions,
): Promise<'again' | 'wait' | 'ended'> {
  try {
    return await takeStep(context, running, stored, decisions);
  } catch (error) {
    if (!(error instanceof JobFailure)) throw error;
    await enter(context, stored, 'Failing', { failure: failureReason(error), cause: error.message });
    return 'again';
  }
}

async function takeStep(
  context: RunContext,
  running: RunningJob,
  stored: StoredJob,
  decisions: JobDecisions,
): Promise<'again' | 'wait' | 'ended'> {
  const { job } = stored;
  switch (job.status) {
    case 'New':
      if (!decisions.mayPrepare) return 'wait';
      await enter(context, stored, 'Preparing');
      return 'again';
    case 'Preparing':
      return decisions.mayPrepare ? await prepare(context, running, stored) : 'wait';
    case 'Suspended':
      return await expire(context, stored);
    case 'Ready':
    case 'Paused':
      if (!decisions.mayStart) return 'wait';
      await enter(context, stored, 'Active');
      return 'again';
    case 'Active':
      if (!decisions.mustPause) return await runTasks(context, running, stored);
      await enter(context, stored, 'Pausing', { cause: 'a job of higher priority takes its place' });
      return 'again';
    case 'Pausing': {
      const chunks = await chunksOf(context, running, stored);
      await chunks.collect();
      if (chunks.underWay().length > 0) return 'wait';
      await enter(context, stored, 'Paused');
      return 'again';
    }
    case 'Completing':
      await completeJob(context, stored);
      return 'again';
    case 'Cancelling':
    case 'Failing':
      return (await endJob(context, stored, await chunksOf(context, running, stored))) ? 'again' : 'wait';
    case 'Complete':
    case 'Cancelled':
    case 'Failed':
      // They are in the report, if one was wanted.
      await deleteChunks(context, job.jobId);
      return 'ended';
  }
}

async function prepare(context: RunContext, running: RunningJob, stored: StoredJob): Promise<'again'> {
  running.preparing = true;
  try {
    await prepareJob(context, running, stored);
    return 'again';
  } finally {
    running.preparing = false;
  }
}

async function expire(context: RunContext, stored: StoredJob): Promise<'again' | 'wait'> {
  const { suspendedAtMs = 0 } = stored.job;
  if (context.nowMs() - suspendedAtMs < CONFIRMATION_LIFE_MS) return 'wait';
  const failure = new JobFailure('ConfirmationExpired', 'The job was not confirmed within 30 days.');
  await enter(context, stored, 'Failed', { failure: failureReason(failure), cause: failure.message });
  return 'again';
}

/** Ends what has its answers and starts what there is room for.
 * @throws JobFailure past the failure threshold */
async function runTasks(
  context: RunContext,
  running: RunningJob,
  stored: StoredJob,
): Promise<'again' | 'wait'> {
  const chunks = await chunksOf(context, running, stored);
  do {
    await chunks.collect();
    if (chunks.overThreshold) throw thresholdExceeded(chunks);
    if (chunks.progress.chunksDone === stored.job.tasks?.chunks) {
      await enter(context, stored, 'Completing');
      return 'again';
    }
  } while (await chunks.startNext(stored, { smaller: running.conflicts >= CONFLICTS_MAX }));
  return 'wait';
}

function thresholdExceeded({ progress: { succeeded, failed } }: ChunksUnderWay): JobFailure {
  const percent = 100 * FAILURE_THRESHOLD_RATE;
  return new JobFailure(
    'FailureThresholdExceeded',
    `More than ${percent} percent of at least ${FAILURE_THRESHOLD_TASKS_MIN} tasks failed: ${failed} of ${succeeded + failed}.`,
  );
}

async function chunksOf(
  context: RunContext,
  running: RunningJob,
  { job }: StoredJob,
): Promise<ChunksUnderWay> {
  running.chunks ??= await ChunksUnderWay.load(context, job, running.operations);
  return running.chunks;
}
