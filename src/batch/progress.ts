import type { KeyValueStore } from '../store/kv/key-value-store.ts';
import type { JobProgressRow, TaskResult } from '../store/tables/job-rows.ts';
import { jobChunks, jobProgress } from '../store/tables/jobs.ts';
import { ChunkAnswers } from './chunk-answers.ts';
import { countResults } from './failure-threshold.ts';

export const NO_PROGRESS: JobProgressRow = {
  succeeded: 0,
  failed: 0,
  chunksStarted: 0,
  chunksDone: 0,
  underWay: [],
};

/** How far a job is at this moment: tasks that have ended in chunks that have not, too. It never goes back, although
 * the rows are of several moments: answers are read before the chunk that takes them in. */
export async function currentProgress(store: KeyValueStore, jobId: string): Promise<JobProgressRow> {
  const [stored] = await store.get([jobProgress.key(jobId)]);
  if (stored === undefined) return NO_PROGRESS;
  const progress = jobProgress.decode(stored);
  let counts: Pick<JobProgressRow, 'succeeded' | 'failed'> = progress;
  for (const number of progress.underWay) {
    const results = await resultsOf(store, jobId, number);
    const { succeeded, failed } = countResults(counts, results);
    counts = { succeeded, failed };
  }
  return { ...progress, ...counts };
}

async function resultsOf(
  store: KeyValueStore,
  jobId: string,
  number: number,
): Promise<readonly (TaskResult | null)[]> {
  const answers = await ChunkAnswers.read(store, jobId, number);
  const [stored] = await store.get([jobChunks.key(jobId, number)]);
  const chunk = stored && jobChunks.decode(stored);
  if (chunk?.state === 'done') return chunk.results;
  return chunk?.state === 'started' ? answers.resultsSoFar(chunk) : [];
}
