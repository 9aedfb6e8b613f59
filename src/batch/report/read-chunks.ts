import type { KeyValueStore } from '../../store/kv/key-value-store.ts';
import type { JobChunkRow } from '../../store/tables/job-rows.ts';
import { jobChunks } from '../../store/tables/jobs.ts';

/** A chunk may be some hundred KiB, and a report must be written in little memory. */
const CHUNKS_READ_MAX = 4;

export interface ReadChunk {
  readonly number: number;
  readonly chunk: JobChunkRow;
}

/** The chunks of a job from this number on, in order. */
export async function* readChunks(
  store: KeyValueStore,
  jobId: string,
  first: number,
): AsyncGenerator<ReadChunk> {
  const { end } = jobChunks.range(jobId);
  for (let next = first; ; ) {
    const rows = await store.range({ start: jobChunks.key(jobId, next), end, limit: CHUNKS_READ_MAX });
    for (const row of rows) {
      yield { number: next, chunk: jobChunks.decode(row) };
      next += 1;
    }
    if (rows.length < CHUNKS_READ_MAX) return;
  }
}
