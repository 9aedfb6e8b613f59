import type { BatchContext } from './batch/context.ts';
import { ACTIVE_JOBS_MAX, ACTIVE_JOBS_OF_BUCKET_MAX } from './batch/limits.ts';
import { BatchRunner, type BatchRunnerOptions } from './batch/runner.ts';
import type { Node } from './compose.ts';
import type { Logger } from './lib/logger.ts';
import { AssumedRoles, BATCH_OPERATIONS } from './replication/role/assumed-roles.ts';
import type { ReplicationWorker } from './replication/worker.ts';

const RUNNER_ID_BYTES = 8;

/** One runner for each region's jobs.
 * @param options.workers who deliver: they know which destinations cannot be reached */
export function composeBatch(
  { site, identity, objects }: Node,
  options: {
    readonly logger: Logger;
    readonly workers: readonly ReplicationWorker[];
    /** Of one account and region. */
    readonly activeJobsMax?: number;
  } & Pick<BatchRunnerOptions, 'onState' | 'onTasks'>,
): readonly BatchRunner[] {
  const { logger, workers, activeJobsMax = ACTIVE_JOBS_MAX, ...told } = options;
  const roles = new AssumedRoles(identity, site.clock, BATCH_OPERATIONS);
  const context: BatchContext = { objects, identity, roles, logger };
  const unavailable = (destination: string) => workers.some((worker) => worker.unavailable(destination));
  return [...site.regions.values()].map(
    (region) =>
      new BatchRunner({
        ...told,
        context,
        region,
        clock: site.clock,
        runnerId: site.random.bytes(RUNNER_ID_BYTES).toString('hex'),
        incarnation: objects.incarnation.name,
        limits: { activeMax: activeJobsMax, activeOfBucketMax: ACTIVE_JOBS_OF_BUCKET_MAX },
        unavailable,
      }),
  );
}
