import { flushCompileCache } from 'node:module';
import { parentPort } from 'node:worker_threads';
import { composeHttp, loadLaterServices } from '../compose-http.ts';
import { createLogger } from '../lib/logger.ts';
import { HashingThreads } from '../objects/body/index.ts';
import { ThreadChannel } from './channel.ts';
import { openNode } from './open-node.ts';
import { watchReadiness } from './readiness.ts';
import { requestMetrics } from './request-metrics.ts';
import { receiveThreadData } from './thread-data.ts';

/** A thread that answers HTTP. All of them listen on one port. */
if (parentPort === null) throw new Error('http-thread is started by the main thread');
const data = await receiveThreadData(parentPort);

// What a client may still be told after a stop was asked for.
const STOP_GRACE_MS = 30_000;

// Reading a program holds up all else in a thread: who comes right after the start is answered first.
const LATER_SERVICES_DELAY_MS = 2_000;

const { config } = data;
const logger = createLogger({ level: config.logLevel, format: config.logFormat });
const hashingThreads = new HashingThreads(1);
const { node, keyring, close } = await openNode(data, hashingThreads);
const metrics = requestMetrics();
const readiness = watchReadiness(node.site);

const channel = new ThreadChannel(parentPort, {
  replaceMasterKeys: (masterKeys) => keyring.replace(String(masterKeys)),
  metrics: () => metrics.registry.snapshot(),
  async stop() {
    readiness.stop();
    await listener.close(STOP_GRACE_MS);
    await hashingThreads.close();
    await close();
    await logger.flush();
  },
});
const listener = composeHttp(node, {
  config,
  logger,
  operatorAccount: data.operatorAccount,
  // What concerns the whole process is the main thread's: it is asked.
  administration: {
    masterKey: {
      export: () => keyring.text,
      rotate: async () => String(await channel.ask('rotateMasterKey')),
    },
    status: (bucket, verify) => channel.ask('status', { ...(bucket !== undefined && { bucket }), verify }),
  },
  unreadyBecause: () => readiness.unreadyBecause(),
  metrics: async () => String(await channel.ask('metrics')),
  onRequest: (record) => metrics.note(record),
});
const port = await listener.listen({
  hosts: config.hosts,
  port: config.port,
  ...(config.workers > 1 && { sharedPort: data.isFirst ? 'first' : 'further' }),
});
await channel.ask('ready', port);
flushCompileCache();
node.site.clock.after(LATER_SERVICES_DELAY_MS, () => {
  loadLaterServices().then(flushCompileCache, (cause: unknown) =>
    logger.error({ cause }, 'a service could not be loaded: its requests fail'),
  );
});
