import type { JobRow } from '../store/tables/job-rows.ts';
import { type OperationChunk, OperationRun } from './operation-run.ts';
import type { RunContext } from './run-context.ts';

/** The chunks of one job that run here, by number. They outlive a look at the rows that turned out to be old: a chunk
 * is never run twice at once. */
export class OperationRuns {
  readonly #context: RunContext;
  readonly #runs = new Map<number, OperationRun>();

  constructor(context: RunContext) {
    this.#context = context;
  }

  get(number: number): OperationRun | undefined {
    return this.#runs.get(number);
  }

  ensure(job: JobRow, number: number, chunk: OperationChunk): void {
    if (!this.#runs.has(number)) this.#runs.set(number, new OperationRun(this.#context, job, number, chunk));
  }

  /** What ran is durable. */
  forget(number: number): void {
    this.#runs.delete(number);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#runs.values()].map((run) => run.stop()));
  }
}
