import type { KeyValueStore } from '../store/kv/key-value-store.ts';
import type { JobAnswerRow, JobChunkRow, TaskResult } from '../store/tables/job-rows.ts';
import { jobAnswers } from '../store/tables/jobs.ts';
import { resultOfAnswers } from './replicate/result-of-code.ts';

export type StartedChunk = Extract<JobChunkRow, { state: 'started' }>;

/** The answers that a chunk has so far, by task and destination. */
export class ChunkAnswers {
  readonly #answers: ReadonlyMap<string, JobAnswerRow>;

  private constructor(answers: ReadonlyMap<string, JobAnswerRow>) {
    this.#answers = answers;
  }

  static async read(store: KeyValueStore, jobId: string, chunk: number): Promise<ChunkAnswers> {
    const rows = await store.range(jobAnswers.range(jobId, chunk));
    return new ChunkAnswers(
      new Map(
        rows.map((row) => {
          const { task, destination } = jobAnswers.nameOf(row);
          return [identityOf(task, destination), jobAnswers.decode(row)];
        }),
      ),
    );
  }

  get count(): number {
    return this.#answers.size;
  }

  /** What each task came to: null where it was withdrawn. Undefined while any still waits for an answer. */
  results(chunk: StartedChunk): readonly (TaskResult | null)[] | undefined {
    const results: (TaskResult | null)[] = [];
    for (const [task, result] of this.#each(chunk)) {
      if (result === undefined) return undefined;
      results[task] = result;
    }
    return results;
  }

  /** What tasks came to that have all their answers, and those that needed none. */
  resultsSoFar(chunk: StartedChunk): readonly (TaskResult | null)[] {
    return [...this.#each(chunk)].map(([, result]) => result ?? null);
  }

  *#each({ results, waitsFor }: StartedChunk): Generator<[task: number, TaskResult | null | undefined]> {
    for (const [task, result] of results.entries()) {
      const destinations = waitsFor[task] ?? [];
      if (result !== null || destinations.length === 0) {
        yield [task, result];
        continue;
      }
      const answers = destinations
        .map((destination) => this.#answers.get(identityOf(task, destination)))
        .filter((answer) => answer !== undefined);
      yield [task, answers.length < destinations.length ? undefined : resultOfAnswers(answers)];
    }
  }
}

/** How many answers a chunk waits for in all. */
export function answersExpected({ results, waitsFor }: StartedChunk): number {
  return waitsFor.reduce((sum, some, task) => sum + (results[task] === null ? some.length : 0), 0);
}

function identityOf(task: number, destination: string): string {
  return `${task} ${destination}`;
}
