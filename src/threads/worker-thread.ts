import { Worker } from 'node:worker_threads';
import type { Logger } from '../lib/logger.ts';
import { type Handlers, ThreadChannel } from './channel.ts';
import { portsOf, type ThreadData } from './thread-data.ts';

/** A started thread of ours, as the main thread sees it: starting → ready → stopping → ended. */
export interface RunningThread {
  ask(name: string, input?: unknown): Promise<unknown>;
  /** Lets it finish what it does; then it ends. */
  stop(): Promise<void>;
}

// Each thread's young generation; the default grows to 48 MiB a thread. A request ends between two collections, so that
// more makes none faster. What is replicated waits for two commits, and twice as much spares a tenth of the work on it.
const YOUNG_GENERATION_MIB: Readonly<Record<ThreadData['role'], number>> = { http: 8, replication: 16 };
// Ten times what a thread needs. V8 collects the sooner the smaller its limit is; without one, garbage of a long load of
// small PUTs grew to half of the process.
const OLD_GENERATION_MIB_MAX = 512;

/** @param onDeath called when it ends without having been asked, once it was ready; before, this throws. */
export async function startThread(
  data: ThreadData,
  options: {
    readonly logger: Logger;
    readonly handlers: Handlers;
    readonly onReady?: (input: unknown) => void;
    readonly onDeath: () => void;
  },
): Promise<RunningThread> {
  // Beside this file with this file's ending: TypeScript in the repository, JavaScript in the package.
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./${data.role}-thread.${ending}`, import.meta.url), {
    workerData: data,
    transferList: portsOf(data),
    name: data.role,
    resourceLimits: {
      maxYoungGenerationSizeMb: YOUNG_GENERATION_MIB[data.role],
      maxOldGenerationSizeMb: OLD_GENERATION_MIB_MAX,
    },
  });
  let stopping = false;
  let isReady = false;
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  let refuse: (error: Error) => void = () => undefined;
  const ready = new Promise<void>((resolve, reject) => {
    refuse = reject;
    const channel = new ThreadChannel(worker, {
      ...options.handlers,
      ready(input) {
        isReady = true;
        options.onReady?.(input);
        resolve();
      },
    });
    channels.set(worker, channel);
  });
  worker.on('error', (error) => {
    if (isReady) options.logger.error({ role: data.role, cause: error }, 'a thread failed');
    refuse(error instanceof Error ? error : new Error(String(error)));
  });
  worker.on('exit', (code) => {
    channels.get(worker)?.close(`the ${data.role} thread ended`);
    channels.delete(worker);
    refuse(new Error(`the ${data.role} thread ended with code ${code} before it was ready`));
    if (isReady && !stopping) options.onDeath();
  });
  await ready;
  return {
    ask: async (name, input) => await channels.get(worker)?.ask(name, input),
    async stop() {
      stopping = true;
      await channels
        .get(worker)
        ?.ask('stop')
        .catch(() => undefined);
      await worker.terminate();
      await ended;
    },
  };
}

const channels = new Map<Worker, ThreadChannel>();
