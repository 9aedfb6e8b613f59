import { ABSENT, type RowVersion, type Write } from '../store/kv/key-value-store.ts';
import type { JobProgressRow, JobRow, TaskResult } from '../store/tables/job-rows.ts';
import { jobAnswers, jobChunks, jobProgress, jobs } from '../store/tables/jobs.ts';
import { answersExpected, ChunkAnswers, type StartedChunk } from './chunk-answers.ts';
import { countResults, isOverThreshold } from './failure-threshold.ts';
import { CHUNK_TASKS, CHUNKS_STARTED_MAX, CHUNKS_UNDER_WAY_MAX, OPERATION_CHUNKS_MAX } from './limits.ts';
import type { OperationRuns } from './operation-runs.ts';
import { NO_PROGRESS } from './progress.ts';
import { type PreparedChunk, prepareReplication } from './replicate/prepare-chunk.ts';
import { commitAsRunner, type RunContext, type StoredJob } from './run-context.ts';
import { splitChunk, type WaitingChunk } from './split-chunk.ts';

/** Answers that nobody told of are found within this time. */
const POLL_MS = 5_000;
/** How often results of a chunk that runs here are made durable before its end: as many of its tasks may run twice
 * after a crash. */
const SAVE_MS = 1_000;

/** With so many deliveries open at most, there is room for one more chunk in the window. */
const UNANSWERED_MAX = (CHUNKS_UNDER_WAY_MAX - 1) * CHUNK_TASKS;

interface ChunkUnderWay {
  row: StartedChunk;
  version: RowVersion;
  readonly expected: number;
  /** Answers that this process was told of, or read: a reason to look, never proof. */
  told: number;
  lookedAtMs: number;
}

/** The chunks of one job that are started, as the rows say it.
 *
 * waiting → started → done, each in one commit that checks lease, progress and the chunk's own row. Whatever conflicts
 * throws Superseded: then this object is thrown away, and loaded anew from the rows. */
export class ChunksUnderWay {
  readonly #context: RunContext;
  readonly #jobId: string;
  readonly #operations: OperationRuns;
  readonly #chunks = new Map<number, ChunkUnderWay>();
  #progress: JobProgressRow = NO_PROGRESS;
  #progressVersion: RowVersion = ABSENT;
  #overThreshold = false;

  private constructor(context: RunContext, jobId: string, operations: OperationRuns) {
    this.#context = context;
    this.#jobId = jobId;
    this.#operations = operations;
  }

  /** @throws StoreUnavailableError */
  static async load(context: RunContext, job: JobRow, operations: OperationRuns): Promise<ChunksUnderWay> {
    const loaded = new ChunksUnderWay(context, job.jobId, operations);
    await loaded.#load(job);
    return loaded;
  }

  get progress(): JobProgressRow {
    return this.#progress;
  }

  /** Whether too many tasks failed, at any moment since this was loaded. */
  get overThreshold(): boolean {
    return this.#overThreshold;
  }

  underWay(): { readonly number: number; readonly row: StartedChunk }[] {
    return [...this.#chunks].map(([number, { row }]) => ({ number, row }));
  }

  /** @param answers new ones that this process was told of
   * @returns whether there may be something to do now: a chunk to end, or room for another */
  tell(chunk: number, answers: number): boolean {
    const known = this.#chunks.get(chunk);
    if (known === undefined) return false;
    known.told += answers;
    return known.told >= known.expected || this.#unanswered() <= UNANSWERED_MAX;
  }

  /** Ends the chunks that have all their results.
   * @param now also looks where nothing was told of
   * @throws Superseded, StoreUnavailableError */
  async collect(options: { readonly now?: boolean } = {}): Promise<void> {
    const nowMs = this.#context.nowMs();
    for (const [number, chunk] of this.#chunks) {
      const run = this.#operations.get(number);
      if (run !== undefined) {
        if (run.done) await this.#end(number, chunk, run.results());
        else await this.#save(number, chunk, run.results(), nowMs);
        continue;
      }
      const waitedMs = nowMs - chunk.lookedAtMs;
      const due = chunk.told >= chunk.expected || waitedMs >= POLL_MS || waitedMs < 0;
      if (!due && options.now !== true) continue;
      const before = chunk.told;
      const answers = await ChunkAnswers.read(this.#context.region.store, this.#jobId, number);
      // What was told of meanwhile may be among them or not: counted twice, it only makes for another look.
      chunk.told = answers.count + (chunk.told - before);
      chunk.lookedAtMs = nowMs;
      const results = answers.results(chunk.row);
      if (results !== undefined) await this.#end(number, chunk, results);
    }
  }

  /** Ends the chunks that run here, once the tasks under way have ended: the others are never run.
   * @throws Superseded, StoreUnavailableError */
  async cutShort(): Promise<void> {
    for (const [number, chunk] of this.#chunks) {
      const run = this.#operations.get(number);
      if (run === undefined) continue;
      await run.stop();
      await this.#end(number, chunk, run.results());
    }
  }

  /** Starts the next chunk where there is room for one.
   * @param options.smaller: only a part of it
   * @returns whether one was started; one that has to be split is not yet
   * @throws Superseded also when the job is not as it was read any more; StoreUnavailableError */
  async startNext(stored: StoredJob, options: { readonly smaller?: boolean } = {}): Promise<boolean> {
    const { job } = stored;
    const number = this.#progress.chunksStarted;
    if (number >= (job.tasks?.chunks ?? 0) || !this.#hasRoom(job)) return false;
    const { batch, region } = this.#context;
    const [row] = await region.store.get([jobChunks.key(job.jobId, number)]);
    const chunk = row && jobChunks.decode(row);
    if (row === undefined || chunk?.state !== 'waiting')
      throw new Error(`chunk ${number} of the job ${job.jobId} is not waiting`);
    const { tasks } = chunk;
    const waiting = { number, tasks, version: row.version };
    if (options.smaller === true && tasks.length > 1)
      return await this.#split(stored, waiting, Math.ceil(tasks.length / 4));
    const prepared: PreparedChunk =
      job.operation.name === 'S3ReplicateObject'
        ? await prepareReplication(batch, region, job, { number, tasks })
        : { results: tasks.map(() => null), waitsFor: tasks.map(() => []), checks: [], writes: [] };
    const { results, waitsFor, checks, writes, fits } = prepared;
    if (fits !== undefined) return await this.#split(stored, waiting, fits);
    const started: StartedChunk = { state: 'started', tasks, results, waitsFor };
    const rowVersion = await this.#commit(
      {
        ...this.#progress,
        chunksStarted: number + 1,
        underWay: [...this.#progress.underWay, number],
      },
      [jobs.check(stored.version, job.jobId), jobChunks.check(row.version, job.jobId, number), ...checks],
      [jobChunks.put(started, job.jobId, number), ...writes],
    );
    this.#adopt(job, number, started, rowVersion, 0);
    return true;
  }

  async #split(stored: StoredJob, chunk: WaitingChunk, tasksMax: number): Promise<false> {
    await splitChunk(this.#context, stored, chunk, tasksMax);
    this.#context.wake(this.#jobId);
    return false;
  }

  async #load(job: JobRow): Promise<void> {
    const { store } = this.#context.region;
    const [progress] = await store.get([jobProgress.key(this.#jobId)]);
    if (progress === undefined) return;
    this.#progress = jobProgress.decode(progress);
    this.#progressVersion = progress.version;
    this.#overThreshold = isOverThreshold(this.#progress);
    for (const number of this.#progress.underWay) {
      const [stored] = await store.get([jobChunks.key(this.#jobId, number)]);
      const row = stored && jobChunks.decode(stored);
      if (stored === undefined || row?.state !== 'started')
        throw new Error(`chunk ${number} of the job ${this.#jobId} is not started`);
      this.#adopt(job, number, row, stored.version, answersExpected(row));
    }
  }

  /** @param told as many as are expected make it be looked at next */
  #adopt(job: JobRow, number: number, row: StartedChunk, version: RowVersion, told: number): void {
    const lookedAtMs = this.#context.nowMs();
    this.#chunks.set(number, { row, version, expected: answersExpected(row), told, lookedAtMs });
    if (job.operation.name !== 'S3ReplicateObject') this.#operations.ensure(job, number, row);
  }

  #hasRoom({ operation }: JobRow): boolean {
    if (operation.name !== 'S3ReplicateObject') return this.#chunks.size < OPERATION_CHUNKS_MAX;
    return this.#chunks.size < CHUNKS_STARTED_MAX && this.#unanswered() <= UNANSWERED_MAX;
  }

  #unanswered(): number {
    let unanswered = 0;
    for (const { expected, told } of this.#chunks.values()) unanswered += Math.max(0, expected - told);
    return unanswered;
  }

  async #end(number: number, chunk: ChunkUnderWay, results: readonly (TaskResult | null)[]): Promise<void> {
    const before = this.#progress;
    const { succeeded, failed, overThreshold } = countResults(before, results);
    const { tasks } = chunk.row;
    const answers = chunk.row.waitsFor.flatMap((destinations, task): Write[] =>
      destinations.map((destination) =>
        jobAnswers.delete(...jobAnswers.of({ jobId: this.#jobId, chunk: number, task }, destination)),
      ),
    );
    await this.#commit(
      {
        ...before,
        succeeded,
        failed,
        chunksDone: before.chunksDone + 1,
        underWay: before.underWay.filter((other) => other !== number),
      },
      [jobChunks.check(chunk.version, this.#jobId, number)],
      [jobChunks.put({ state: 'done', tasks, results }, this.#jobId, number), ...answers],
    );
    this.#context.tasksEnded({
      succeeded: succeeded - before.succeeded,
      failed: failed - before.failed,
    });
    this.#chunks.delete(number);
    this.#operations.forget(number);
    this.#overThreshold ||= overThreshold;
  }

  async #save(
    number: number,
    chunk: ChunkUnderWay,
    results: readonly (TaskResult | null)[],
    nowMs: number,
  ): Promise<void> {
    const known = (some: readonly (TaskResult | null)[]) => some.filter((result) => result !== null).length;
    if (nowMs - chunk.lookedAtMs < SAVE_MS || known(results) === known(chunk.row.results)) return;
    const row: StartedChunk = { ...chunk.row, results };
    const version = await commitAsRunner(
      this.#context,
      [jobChunks.check(chunk.version, this.#jobId, number)],
      [jobChunks.put(row, this.#jobId, number)],
    );
    Object.assign(chunk, { row, version, lookedAtMs: nowMs });
  }

  async #commit(
    progress: JobProgressRow,
    checks: Parameters<typeof commitAsRunner>[1],
    writes: readonly Write[],
  ): Promise<RowVersion> {
    const version = await commitAsRunner(
      this.#context,
      [jobProgress.check(this.#progressVersion, this.#jobId), ...checks],
      [jobProgress.put(progress, this.#jobId), ...writes],
    );
    this.#progress = progress;
    this.#progressVersion = version;
    return version;
  }
}
