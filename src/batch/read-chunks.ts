import type { KeyValueStore } from '../store/kv/key-value-store.ts';
import type { JobChunkRow } from '../store/tables/job-rows.ts';
import { jobChunks } from '../store/tables/jobs.ts';

export interface ReadChunk {
  readonly number: number;
  readonly chunk: JobChunkRow;
}

/** The chunks of a job from this number on, in order. One at once: it may be some hundred KiB, and what is made of it
 * takes a millisecond of the event loop, for which live replication waits. */
export async function* readChunks(
  store: KeyValueStore,
  jobId: string,
  first: number,
): AsyncGenerator<ReadChunk> {
  const { end } = jobChunks.range(jobId);
  for (let number = first; ; number += 1) {
    const [row] = await store.range({ start: jobChunks.key(jobId, number), end, limit: 1 });
    if (row === undefined) return;
    yield { number, chunk: jobChunks.decode(row) };
  }
}
