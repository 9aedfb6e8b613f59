import type { JobStatus } from '../store/tables/job-rows.ts';

/** What deciding needs to know of a job that may run. */
export interface ScheduledJob {
  readonly jobId: string;
  readonly account: string;
  readonly status: JobStatus;
  readonly priority: number;
  readonly createdAtMs: number;
  /** Of its tasks. */
  readonly bucket: string;
}

export interface Schedule {
  /** From Ready or Paused to Active, the most urgent first. */
  readonly start: readonly string[];
  /** From Active to Pausing. */
  readonly pause: readonly string[];
}

export interface ScheduleLimits {
  /** Buckets of one account whose jobs may be active at once. */
  readonly activeMax: number;
  /** Jobs of one bucket that may be active at once. */
  readonly activeOfBucketMax: number;
}

/** Which jobs of a region run (reference: s3-batch-replication 6.1). The higher priority first, then who runs already,
 * then the oldest. Jobs of one bucket run beside each other and count once; the cap is on an account's buckets. A job
 * that runs makes room only for a higher priority. */
export function schedule(jobs: readonly ScheduledJob[], limits: ScheduleLimits): Schedule {
  const start: string[] = [];
  const pause: string[] = [];
  for (const ofAccount of Map.groupBy(jobs.filter(wantsToRun), ({ account }) => account).values()) {
    const running = new Map<string, number>();
    const mayStart: string[] = [];
    const mustPause: string[] = [];
    for (const job of ofAccount.toSorted(byUrgency)) {
      const beside = running.get(job.bucket);
      const room = beside === undefined ? running.size < limits.activeMax : beside < limits.activeOfBucketMax;
      if (room) running.set(job.bucket, (beside ?? 0) + 1);
      if (room && (job.status === 'Ready' || job.status === 'Paused')) mayStart.push(job.jobId);
      if (!room && job.status === 'Active') mustPause.push(job.jobId);
    }
    // Who makes room goes first, so that there are never more than the cap.
    if (mustPause.length === 0) start.push(...mayStart);
    pause.push(...mustPause);
  }
  return { start, pause };
}

/** A job that is Pausing starts nothing more: its place is free, and when it is Paused it may have it again. */
function wantsToRun({ status }: ScheduledJob): boolean {
  return status === 'Ready' || status === 'Paused' || status === 'Active';
}

function byUrgency(one: ScheduledJob, other: ScheduledJob): number {
  return (
    other.priority - one.priority ||
    Number(other.status === 'Active') - Number(one.status === 'Active') ||
    one.createdAtMs - other.createdAtMs ||
    (one.jobId < other.jobId ? -1 : 1)
  );
}
