import type { JobRow, JobStatus } from '../store/tables/job-rows.ts';
import type { ChunksUnderWay } from './chunks-under-way.ts';
import { OperationRuns } from './operation-runs.ts';
import type { PreparingJob } from './preparing-order.ts';
import type { RunContext } from './run-context.ts';
import type { ScheduledJob } from './schedule.ts';

/** What a runner holds of a job that has not ended: little, as there may be many. The rows are the truth; all of this
 * can be thrown away at any time.
 *
 * idle → busy (a turn is under way: one at a time) → idle. A wake during a turn makes another follow. */
export class RunningJob {
  readonly jobId: string;
  readonly operations: OperationRuns;
  /** Undefined until the row was read. */
  seen: (ScheduledJob & { readonly suspendedAtMs: number | undefined }) | undefined;
  /** Loaded while there is something to start or to end. */
  chunks: ChunksUnderWay | undefined;
  /** How many of the states that the job entered were told of. */
  statesTold: number;
  /** Ends a turn that would take long; a new one for each turn. */
  interruption = new AbortController();
  busy: Promise<void> | undefined;
  again = false;
  /** Its manifest is being read or generated, which takes one of few places. */
  preparing = false;
  /** In a row. */
  failures = 0;
  /** Commits in a row that others came before. */
  conflicts = 0;
  /** How often the list of its tasks found no room to its end. */
  listsCutOff = 0;
  /** Waits before it is tried again, and takes no place meanwhile. */
  backsOff = false;
  cancelRetry: () => void = () => undefined;

  constructor(context: RunContext, jobId: string, statesTold: number) {
    this.jobId = jobId;
    this.operations = new OperationRuns(context);
    this.statesTold = statesTold;
  }

  get status(): JobStatus | undefined {
    return this.seen?.status;
  }

  /** Undefined where it is neither being prepared nor waits for it. */
  get preparingStage(): PreparingJob['stage'] | undefined {
    if (this.preparing) return 'prepares';
    const waits = this.status === 'New' || this.status === 'Preparing';
    return waits && !this.backsOff ? 'waits' : undefined;
  }

  see(job: JobRow): void {
    const { jobId, account, status, priority, createdAtMs, tasks, suspendedAtMs } = job;
    const bucket = tasks?.bucket ?? '';
    this.seen = { jobId, account, status, priority, createdAtMs, bucket, suspendedAtMs };
  }

  /** Lets go of everything, for another runner or for good. */
  async stop(): Promise<void> {
    this.cancelRetry();
    this.interruption.abort();
    await this.operations.stop();
    await this.busy;
  }
}
