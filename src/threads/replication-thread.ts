import { flushCompileCache } from 'node:module';
import { parentPort } from 'node:worker_threads';
import { batchMetrics } from '../batch/batch-metrics.ts';
import { composeBatch } from '../compose-batch.ts';
import { composeReplication } from '../compose-replication.ts';
import { systemClock } from '../lib/clock.ts';
import { createLogger } from '../lib/logger.ts';
import { MetricsRegistry } from '../metrics/registry.ts';
import { HashingThreads } from '../objects/body/index.ts';
import { replicationMetrics } from '../replication/replication-metrics.ts';
import { ThreadChannel } from './channel.ts';
import { openNode } from './open-node.ts';
import { receiveThreadData } from './thread-data.ts';

/** A thread that delivers what is pending and runs batch jobs, in every region. */
if (parentPort === null) throw new Error('replication-thread is started by the main thread');
const data = await receiveThreadData(parentPort);

const logger = createLogger({ level: data.config.logLevel, format: data.config.logFormat });
// One: a copy of a large object must not take the processor from the clients.
const hashingThreads = new HashingThreads(1);
const { node, keyring, close } = await openNode(data, hashingThreads);
const metrics = new MetricsRegistry();
const workers = composeReplication(node, { logger, onOutcome: replicationMetrics(metrics, systemClock) });
const { note, ...told } = batchMetrics(metrics);
const { batchBucketsMax } = data.config;
const runners = composeBatch(node, {
  logger,
  workers,
  ...told,
  ...(batchBucketsMax !== undefined && { activeJobsMax: batchBucketsMax }),
});
for (const worker of workers) worker.start();
for (const runner of runners) runner.start();

const channel = new ThreadChannel(parentPort, {
  replaceMasterKeys: (masterKeys) => keyring.replace(String(masterKeys)),
  metrics: () => {
    note(runners);
    return metrics.snapshot();
  },
  destinations: () => workers.flatMap((worker) => worker.destinations()),
  jobs: () => runners.flatMap((runner) => [...runner.counts()]),
  async stop() {
    await Promise.all(runners.map((runner) => runner.stop()));
    await Promise.all(workers.map((worker) => worker.stop()));
    await hashingThreads.close();
    await close();
    await logger.flush();
  },
});
await channel.ask('ready');
flushCompileCache();
