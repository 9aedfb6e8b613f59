import { jobNotFound } from '../errors/s3control.ts';
import type { Clock } from '../lib/clock.ts';
import type { KeyValueStore, RowVersion } from '../store/kv/key-value-store.ts';
import type { JobRow } from '../store/tables/job-rows.ts';
import { jobs } from '../store/tables/jobs.ts';
import { ENDED_JOB_LIFE_MS } from './limits.ts';

/** Where an account's jobs of one region are, and what time it is there. */
export interface JobsOfAccount {
  readonly store: KeyValueStore;
  readonly clock: Clock;
  readonly account: string;
}

export interface FoundJob {
  readonly job: JobRow;
  readonly version: RowVersion;
}

/** The record is kept for 90 days after the job's end, and then gone, whether or not it is already deleted. */
export function isForgotten({ terminatedAtMs }: JobRow, nowMs: number): boolean {
  return terminatedAtMs !== undefined && nowMs - terminatedAtMs >= ENDED_JOB_LIFE_MS;
}

/** Undefined, too, for a job of another account: that it exists is nobody else's business. */
export async function findJob(where: JobsOfAccount, jobId: string): Promise<FoundJob | undefined> {
  const [row] = await where.store.get([jobs.key(jobId)]);
  if (row === undefined) return undefined;
  const job = jobs.decode(row);
  if (job.account !== where.account || isForgotten(job, where.clock.now())) return undefined;
  return { job, version: row.version };
}

/** @throws AwsError NotFoundException */
export async function requireJob(where: JobsOfAccount, jobId: string): Promise<FoundJob> {
  const found = await findJob(where, jobId);
  if (found === undefined) throw jobNotFound(jobId);
  return found;
}
