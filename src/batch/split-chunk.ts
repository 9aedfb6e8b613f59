import { ABSENT, type RowVersion, type Write } from '../store/kv/key-value-store.ts';
import type { JobRow, JobTask } from '../store/tables/job-rows.ts';
import { jobChunks, jobs } from '../store/tables/jobs.ts';
import { commitAsRunner, type RunContext, type StoredJob } from './run-context.ts';

export interface WaitingChunk {
  readonly number: number;
  readonly tasks: readonly JobTask[];
  readonly version: RowVersion;
}

/** A waiting chunk that is too much for one commit becomes several: its first tasks keep its
 * number, the others come behind the job's last chunk. Tasks run in no order that anyone relies on.
 * @param tasksMax of each part
 * @throws Superseded, StoreUnavailableError */
export async function splitChunk(
  context: RunContext,
  { job, version }: StoredJob,
  chunk: WaitingChunk,
  tasksMax: number,
): Promise<void> {
  const { jobId, tasks: known } = job;
  if (known === undefined) throw new Error(`the job ${jobId} has chunks before it is prepared`);
  const writes: Write[] = [];
  const added: number[] = [];
  for (let at = 0; at < chunk.tasks.length; at += tasksMax) {
    const number = at === 0 ? chunk.number : known.chunks + added.length;
    if (at > 0) added.push(number);
    const tasks = chunk.tasks.slice(at, at + tasksMax);
    writes.push(jobChunks.put({ state: 'waiting', tasks }, jobId, number));
  }
  const after: JobRow = { ...job, tasks: { ...known, chunks: known.chunks + added.length } };
  await commitAsRunner(
    context,
    [
      jobs.check(version, jobId),
      jobChunks.check(chunk.version, jobId, chunk.number),
      ...added.map((number) => jobChunks.check(ABSENT, jobId, number)),
    ],
    [...writes, jobs.put(after, jobId)],
  );
}
