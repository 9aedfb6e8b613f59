import type { Write } from '../store/kv/key-value-store.ts';
import type { FailureReason, JobRow, JobStatus } from '../store/tables/job-rows.ts';
import { jobStates, jobs, jobsOfAccount } from '../store/tables/jobs.ts';

/** The state machine of a job (reference: s3-batch-replication 5):
 *
 *   New → Preparing → [Suspended →] Ready → Active → Completing → Complete
 *   Active → Pausing → Paused → Active
 *   New, Preparing, Ready, Active, Pausing, Paused → Cancelling → Cancelled;  Suspended → Cancelled
 *   Preparing, Active, Completing → Failing → Failed;  Suspended → Failed */
const NEXT: Readonly<Record<JobStatus, readonly JobStatus[]>> = {
  New: ['Preparing', 'Cancelling'],
  Preparing: ['Suspended', 'Ready', 'Cancelling', 'Failing'],
  Suspended: ['Ready', 'Cancelled', 'Failed'],
  Ready: ['Active', 'Cancelling'],
  Active: ['Pausing', 'Completing', 'Cancelling', 'Failing'],
  Pausing: ['Paused', 'Cancelling'],
  Paused: ['Active', 'Cancelling'],
  Completing: ['Complete', 'Failing'],
  Complete: [],
  Cancelling: ['Cancelled'],
  Cancelled: [],
  Failing: ['Failed'],
  Failed: [],
};

export function mayEnter(from: JobStatus, to: JobStatus): boolean {
  return NEXT[from].includes(to);
}

/** Complete, Cancelled or Failed: nothing follows. */
export function isTerminal(status: JobStatus): boolean {
  return NEXT[status].length === 0;
}

/** Where a user's request takes a job: the status that it has already where a cancellation is repeated, undefined
 * where the request is no legal move. */
export function requestedStatus(status: JobStatus, requested: 'Ready' | 'Cancelled'): JobStatus | undefined {
  if (requested === 'Ready') return status === 'Suspended' ? 'Ready' : undefined;
  if (status === 'Suspended') return 'Cancelled';
  return status === 'Cancelling' || mayEnter(status, 'Cancelling') ? 'Cancelling' : undefined;
}

export interface EnteredState {
  readonly job: JobRow;
  /** The job's row and the row of the state entered: one commit, under a check of the row that was read. */
  readonly writes: readonly Write[];
}

/** The job in its next state.
 * @throws RangeError where the state machine knows no such move. */
export function enterState(
  job: JobRow,
  status: JobStatus,
  options: {
    readonly atMs: number;
    /** Why, in one line for people. */
    readonly cause?: string;
    /** What makes the job fail. */
    readonly failure?: FailureReason;
  },
): EnteredState {
  if (!mayEnter(job.status, status)) throw new RangeError(`a job that is ${job.status} becomes no ${status}`);
  const { atMs, cause, failure } = options;
  const { activeSinceMs, suspendedCause: _cause, ...kept } = job;
  const entered: JobRow = {
    ...kept,
    status,
    statesEntered: job.statesEntered + 1,
    // A clock that was set back takes nothing away.
    activeMs: job.activeMs + (activeSinceMs === undefined ? 0 : Math.max(0, atMs - activeSinceMs)),
    failureReasons: failure === undefined ? job.failureReasons : [...job.failureReasons, failure],
    ...(status === 'Active' && { activeSinceMs: atMs }),
    ...(status === 'Suspended' && { suspendedAtMs: atMs, suspendedCause: 'AWAITING_CONFIRMATION' as const }),
    ...(isReported(status) && { reportedAtMs: job.reportedAtMs ?? atMs }),
    ...(isTerminal(status) && { terminatedAtMs: atMs }),
  };
  const state = { status, atMs, ...(cause !== undefined && { cause }) };
  return {
    job: entered,
    writes: [jobs.put(entered, job.jobId), jobStates.put(state, job.jobId, job.statesEntered)],
  };
}

/** The rows of a job that is created: `job.status` is New and `job.statesEntered` 1. */
export function newJobWrites(job: JobRow): readonly Write[] {
  return [
    jobs.put(job, job.jobId),
    jobStates.put({ status: job.status, atMs: job.createdAtMs }, job.jobId, 0),
    jobsOfAccount.put({}, job.account, job.createdAtMs, job.jobId),
  ];
}

function isReported(status: JobStatus): boolean {
  return status === 'Completing' || status === 'Cancelling' || status === 'Failing';
}
