import type { KeyedRow } from '../kv/key-value-store.ts';
import { decodeKey } from '../kv/tuple.ts';
import type {
  JobAnswerRow,
  JobChunkRow,
  JobProgressRow,
  JobRow,
  JobStateRow,
  JobTaskName,
} from './job-rows.ts';
import { jsonTable } from './json-table.ts';
import type { WorkerRow } from './leases.ts';
import { TABLES } from './table-numbers.ts';

export const jobs = jsonTable<JobRow, readonly [jobId: string]>(TABLES.jobs);

/** Which job a ClientRequestToken made, and of what request (a digest), so that a repetition finds it. */
export interface JobTokenRow {
  readonly jobId: string;
  readonly requestDigest: string;
}
export const jobTokens = jsonTable<JobTokenRow, readonly [account: string, token: string]>(TABLES.jobTokens);

export const jobStates = jsonTable<JobStateRow, readonly [jobId: string, number: number]>(TABLES.jobStates);
export const jobProgress = jsonTable<JobProgressRow, readonly [jobId: string]>(TABLES.jobProgress);

/** The manifest, and its results in place: `number` counts from 0. */
export const jobChunks = jsonTable<JobChunkRow, readonly [jobId: string, number: number]>(TABLES.jobTasks);

const answers = jsonTable<
  JobAnswerRow,
  readonly [jobId: string, chunk: number, task: number, destination: string]
>(TABLES.jobAnswers);

/** Answers that the runner has not yet taken into its chunk. */
export const jobAnswers = {
  ...answers,
  of: (name: JobTaskName, destination: string) =>
    [name.jobId, name.chunk, name.task, destination] as const satisfies readonly unknown[],
  nameOf(row: Pick<KeyedRow, 'key'>): JobTaskName & { readonly destination: string } {
    const [, jobId, chunk, task, destination] = decodeKey(row.key);
    return {
      jobId: String(jobId),
      chunk: Number(chunk),
      task: Number(task),
      destination: String(destination),
    };
  },
};

/** Jobs of an account, by time of creation. Present as long as the job is. */
export const jobsOfAccount = jsonTable<
  Readonly<Record<string, never>>,
  readonly [account: string, createdAtMs: number, jobId: string]
>(TABLES.jobsOfAccount);

/** Who runs this region's jobs; its row version is the lease's epoch, which each of the runner's commits checks. */
export interface BatchLeaseRow {
  readonly holder: string;
}
export const batchLease = jsonTable<BatchLeaseRow, readonly []>(TABLES.batchLease);

/** Signs of life of those who may hold it. Apart from `workers`, among whom the shards are divided. */
export const batchRunners = jsonTable<WorkerRow, readonly [runnerId: string]>(TABLES.batchRunners);
