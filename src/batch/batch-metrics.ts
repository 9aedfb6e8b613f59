import type { MetricsRegistry } from '../metrics/registry.ts';
import { JOB_STATUSES } from '../store/tables/job-rows.ts';
import type { BatchRunner, BatchRunnerOptions } from './runner.ts';
import { isTerminal } from './transition.ts';

type Told = Required<Pick<BatchRunnerOptions, 'onState' | 'onTasks'>>;

/** Counts what runners do. `note` sets what is counted of them at the moment of a scrape. */
export function batchMetrics(registry: MetricsRegistry): Told & {
  readonly note: (runners: readonly BatchRunner[]) => void;
} {
  const jobs = registry.gauge('holdfast_batch_jobs', 'Batch jobs that have not ended, by status.');
  const states = registry.counter('holdfast_batch_job_states_total', 'States that batch jobs entered.');
  const tasks = registry.counter('holdfast_batch_tasks_total', 'Tasks of batch jobs that ended, by outcome.');
  return {
    onState: (status) => states.add({ status }),
    onTasks({ succeeded, failed }) {
      tasks.add({ outcome: 'succeeded' }, succeeded);
      tasks.add({ outcome: 'failed' }, failed);
    },
    note(runners) {
      const counts = runners.map((runner) => runner.counts());
      for (const status of JOB_STATUSES.filter((one) => !isTerminal(one))) {
        jobs.set(
          { status },
          counts.reduce((sum, some) => sum + (some.get(status) ?? 0), 0),
        );
      }
    },
  };
}
