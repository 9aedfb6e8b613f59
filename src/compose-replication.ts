import type { Node } from './compose.ts';
import type { Logger } from './lib/logger.ts';
import { LocalDestination } from './replication/destinations/local.ts';
import { AssumedRoles } from './replication/role/assumed-roles.ts';
import { leaveFailed } from './replication/tasks/leave-failed.ts';
import { runTask } from './replication/tasks/run-task.ts';
import type { TaskContext } from './replication/tasks/task.ts';
import type { Claim } from './replication/worker/claim.ts';
import type { Outcome } from './replication/worker/outcome.ts';
import { ReplicationWorker } from './replication/worker.ts';

// As many attempts at once as one group commit takes well: more only wait.
const CONCURRENCY = 64;
const WORKER_ID_BYTES = 8;

/** One worker for each region's intents. */
export function composeReplication(
  { site, identity, objects }: Node,
  options: { readonly logger: Logger; readonly onOutcome?: (claim: Claim, outcome: Outcome) => void },
): readonly ReplicationWorker[] {
  const context: TaskContext = {
    objects,
    roles: new AssumedRoles(identity, site.clock),
    destinationOf: (bucket) => new LocalDestination(objects, bucket),
  };
  return [...site.regions.values()].map(
    (region) =>
      new ReplicationWorker({
        region,
        workerId: site.random.bytes(WORKER_ID_BYTES).toString('hex'),
        incarnation: objects.incarnation.name,
        clock: site.clock,
        random: site.random,
        logger: options.logger,
        concurrency: CONCURRENCY,
        runTask: (claim) => runTask(context, claim),
        afterDelivery: (claim) => leaveFailed(context, claim),
        ...(options.onOutcome !== undefined && { onOutcome: options.onOutcome }),
      }),
  );
}
