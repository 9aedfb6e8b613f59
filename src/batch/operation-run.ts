import { type Clock, sleep } from '../lib/clock.ts';
import { messageOf } from '../lib/error-message.ts';
import type { JobRow, JobTask, TaskResult } from '../store/tables/job-rows.ts';
import { OPERATION_CONCURRENCY } from './limits.ts';
import { runOperation } from './operations/run-task.ts';
import type { RunContext } from './run-context.ts';

/** What passes by itself is tried again after this time. */
const RETRY_MS = 1_000;
/** Of one chunk; each says so once. */
const CAUSES_MAX = 8;

export interface OperationChunk {
  readonly tasks: readonly JobTask[];
  /** Those that are known are not run again. */
  readonly results: readonly (TaskResult | null)[];
}

/** The tasks of one chunk of an operation that runs here, a few at once:
 *
 *   running → done, or running → stopped (the next runner runs again what had no result) */
export class OperationRun {
  readonly #context: RunContext;
  readonly #clock: Clock;
  readonly #job: JobRow;
  readonly #chunk: number;
  readonly #tasks: readonly JobTask[];
  readonly #results: (TaskResult | null)[];
  readonly #stopped = new AbortController();
  readonly #ended: Promise<void>;
  /** Causes that were said: one lasts for as long as a disk is away, and strikes every task each second. */
  readonly #said = new Set<string>();
  #next = 0;
  #done = false;

  /** @param number of the chunk. */
  constructor(context: RunContext, job: JobRow, number: number, chunk: OperationChunk) {
    this.#context = context;
    this.#clock = context.batch.objects.site.clock;
    this.#job = job;
    this.#chunk = number;
    this.#tasks = chunk.tasks;
    this.#results = [...chunk.results];
    this.#ended = this.#run();
  }

  get done(): boolean {
    return this.#done;
  }

  /** As they are now, in the order of the tasks. */
  results(): readonly (TaskResult | null)[] {
    return [...this.#results];
  }

  /** Ends when the tasks under way have. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#ended;
  }

  async #run(): Promise<void> {
    await Promise.all(Array.from({ length: OPERATION_CONCURRENCY }, () => this.#runSome()));
    if (this.#stopped.signal.aborted) return;
    this.#done = true;
    this.#context.wake(this.#job.jobId);
  }

  async #runSome(): Promise<void> {
    const { signal } = this.#stopped;
    for (; !signal.aborted && this.#next < this.#tasks.length; ) {
      const index = this.#next++;
      const task = this.#tasks[index];
      if (task !== undefined && this.#results[index] === null) await this.#runOne(task, index);
    }
  }

  async #runOne(task: JobTask, index: number): Promise<void> {
    const { batch, region } = this.#context;
    const { signal } = this.#stopped;
    const name = { jobId: this.#job.jobId, chunk: this.#chunk, task: index };
    while (!signal.aborted) {
      try {
        this.#results[index] = await runOperation(batch, region, this.#job, task, name);
        return;
      } catch (error) {
        this.#sayOnce(messageOf(error));
        await sleep(this.#clock, RETRY_MS, signal);
      }
    }
  }

  #sayOnce(reason: string): void {
    if (this.#said.has(reason) || this.#said.size >= CAUSES_MAX) return;
    this.#said.add(reason);
    const { jobId } = this.#job;
    const { logger } = this.#context.batch;
    logger.warn({ job: jobId, chunk: this.#chunk, reason }, 'tasks of a batch job are tried again');
  }
}
