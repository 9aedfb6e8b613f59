import type { Region } from '../buckets/region.ts';
import type { Check, RowVersion, Write } from '../store/kv/key-value-store.ts';
import type { FailureReason, JobRow, JobStatus } from '../store/tables/job-rows.ts';
import { jobs } from '../store/tables/jobs.ts';
import type { BatchContext } from './context.ts';
import type { BatchLease } from './lease.ts';
import { enterState } from './transition.ts';

/** What the runner's parts lean on. */
export interface RunContext {
  readonly batch: BatchContext;
  readonly region: Region;
  readonly lease: BatchLease;
  readonly nowMs: () => number;
  /** Whether a destination cannot be reached now. */
  readonly unavailable: (destination: string) => boolean;
  /** Looks at the job again, soon. */
  readonly wake: (jobId: string) => void;
  /** Told once for each chunk that ended. */
  readonly tasksEnded: (ended: { readonly succeeded: number; readonly failed: number }) => void;
}

/** A job's row as it was read. */
export interface StoredJob {
  readonly job: JobRow;
  readonly version: RowVersion;
}

/** A commit did not take, or nobody knows whether it did: what it was made from is old. The job is read again, and
 * gone on with from there. */
export class Superseded extends Error {
  override readonly name = 'Superseded';
}

/** Others change a job's row, too (its priority, tags): so often an entry is made again under the newer row. */
const ENTER_ATTEMPTS_MAX = 10;

/** One commit of the runner: under its lease.
 * @returns the version of the rows put
 * @throws Superseded; StoreUnavailableError */
export async function commitAsRunner(
  { region, lease }: RunContext,
  checks: readonly Check[],
  writes: readonly Write[],
): Promise<RowVersion> {
  if (lease.epoch === undefined) throw new Superseded('the lease is lost');
  const result = await region.store.commit({ checks: [lease.check(), ...checks], writes });
  if (result.outcome !== 'committed') throw new Superseded(`the commit came to ${result.outcome}`);
  return result.version;
}

export async function readJob({ region }: RunContext, jobId: string): Promise<StoredJob | undefined> {
  const [row] = await region.store.get([jobs.key(jobId)]);
  return row && { job: jobs.decode(row), version: row.version };
}

export interface EnterOptions {
  readonly cause?: string;
  readonly failure?: FailureReason;
  /** What is learnt about the job in the same commit. */
  readonly change?: Pick<JobRow, 'tasks' | 'generatedManifest'>;
}

/** Takes a job into its next state. What others changed of the row meanwhile is kept, as long as its state is still
 * the one that was read.
 * @throws Superseded when it is in another state; StoreUnavailableError */
export async function enter(
  context: RunContext,
  stored: StoredJob,
  status: JobStatus,
  options: EnterOptions = {},
): Promise<StoredJob> {
  const { change, ...why } = options;
  let { job, version } = stored;
  for (let attempt = 0; attempt < ENTER_ATTEMPTS_MAX; attempt += 1) {
    const entered = enterState({ ...job, ...change }, status, { ...why, atMs: context.nowMs() });
    try {
      const checks = [jobs.check(version, job.jobId)];
      return { job: entered.job, version: await commitAsRunner(context, checks, entered.writes) };
    } catch (error) {
      if (!(error instanceof Superseded)) throw error;
      const now = await readJob(context, job.jobId);
      // Not the status alone: it may have gone on and come back.
      if (now === undefined || now.job.statesEntered !== stored.job.statesEntered) throw error;
      ({ job, version } = now);
    }
  }
  throw new Superseded('the row of the job never stood still');
}
