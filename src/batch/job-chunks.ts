import { saysUnavailable } from '../replication/destinations/unavailable.ts';
import type { Write } from '../store/kv/key-value-store.ts';
import { decodeKey } from '../store/kv/tuple.ts';
import type { JobTask } from '../store/tables/job-rows.ts';
import { jobChunks } from '../store/tables/jobs.ts';
import { CHUNK_TASKS, CHUNK_TASKS_FIRST } from './limits.ts';
import { readChunks } from './read-chunks.ts';
import { commitAsRunner, type RunContext, Superseded } from './run-context.ts';

/** Full chunks written in one commit: some MiB with the longest keys. */
const CHUNKS_OF_COMMIT = 8;
/** Rows read at once: as much. */
const CHUNKS_READ_MAX = 8;
/** A lost lease, as against an unknown outcome, does not pass. */
const COMMIT_ATTEMPTS_MAX = 5;

/** Writes the tasks of a job as chunks, in the order they come. */
export class ChunkWriter {
  readonly #context: RunContext;
  readonly #jobId: string;
  #tasks: JobTask[] = [];
  #writes: Write[] = [];
  #chunkTasks = CHUNK_TASKS_FIRST;
  #chunks = 0;
  #total = 0;
  #cutOff = false;

  constructor(context: RunContext, jobId: string) {
    this.#context = context;
    this.#jobId = jobId;
  }

  /** Whether the store took some of it, and then no more: as a disk does that the list itself fills. */
  get cutOff(): boolean {
    return this.#cutOff;
  }

  /** @throws Superseded, StoreUnavailableError */
  async add(task: JobTask): Promise<void> {
    this.#tasks.push(task);
    this.#total += 1;
    if (this.#tasks.length < this.#chunkTasks) return;
    this.#close();
    this.#chunkTasks = Math.min(CHUNK_TASKS, 2 * this.#chunkTasks);
    if (this.#writes.length >= CHUNKS_OF_COMMIT) await this.#flush();
  }

  async end(): Promise<{ readonly total: number; readonly chunks: number }> {
    if (this.#tasks.length > 0) this.#close();
    if (this.#writes.length > 0) await this.#flush();
    return { total: this.#total, chunks: this.#chunks };
  }

  #close(): void {
    this.#writes.push(jobChunks.put({ state: 'waiting', tasks: this.#tasks }, this.#jobId, this.#chunks));
    this.#chunks += 1;
    this.#tasks = [];
  }

  async #flush(): Promise<void> {
    const writes = this.#writes;
    this.#writes = [];
    try {
      await repeatedly(() => commitAsRunner(this.#context, [], writes));
    } catch (error) {
      this.#cutOff = this.#chunks > writes.length && saysUnavailable(error);
      throw error;
    }
  }
}

/** Deletes all chunks of a job, a few in each commit.
 * @throws Superseded, StoreUnavailableError; what aborted the signal */
export async function deleteChunks(context: RunContext, jobId: string, signal?: AbortSignal): Promise<void> {
  const { end } = jobChunks.range(jobId);
  // Begins after what it deleted: a store reads over deleted rows slowly.
  for (let next = 0; ; ) {
    signal?.throwIfAborted();
    const start = jobChunks.key(jobId, next);
    const rows = await context.region.store.range({ start, end, limit: CHUNKS_READ_MAX });
    const last = rows.at(-1);
    if (last === undefined) return;
    const writes = rows.map(({ key }): Write => ({ kind: 'delete', key }));
    await repeatedly(() => commitAsRunner(context, [], writes));
    next = Number(decodeKey(last.key)[2]) + 1;
  }
}

/** For commits that may happen twice: they check nothing but the lease. */
async function repeatedly(commit: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await commit();
      return;
    } catch (error) {
      if (!(error instanceof Superseded) || attempt === COMMIT_ATTEMPTS_MAX) throw error;
    }
  }
}

/** The tasks of a job whose chunks are written. */
export async function* tasksOfChunks(
  { region }: RunContext,
  jobId: string,
  signal: AbortSignal,
): AsyncGenerator<JobTask> {
  signal.throwIfAborted();
  for await (const { chunk } of readChunks(region.store, jobId, 0)) {
    signal.throwIfAborted();
    yield* chunk.tasks;
  }
}
