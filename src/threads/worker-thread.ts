import { Worker } from 'node:worker_threads';
import type { Logger } from '../lib/logger.ts';
import { type Handlers, ThreadChannel } from './channel.ts';
import { portsOf, type ThreadData, type ThreadRole } from './thread-data.ts';

/** A started thread of ours, as the main thread sees it: starting → ready → stopping → ended. */
export interface RunningThread {
  ask(name: string, input?: unknown): Promise<unknown>;
  /** Lets it finish what it does; then it ends. */
  stop(): Promise<void>;
}

// Each thread's young generation; the default grows to 48 MiB a thread. A request ends between two collections, so that
// more makes none faster. What is replicated waits for two commits, and twice as much spares a tenth of the work on it.
const YOUNG_GENERATION_MIB: Readonly<Record<ThreadRole, number>> = { http: 8, replication: 16 };
// Ten times what a thread needs. V8 collects the sooner the smaller its limit is; without one, garbage of a long load of
// small PUTs grew to half of the process.
const OLD_GENERATION_MIB_MAX = 512;

/** A thread whose program is being loaded: the longest part of a start, for which it need not know anything. */
export interface LoadingThread {
  readonly role: ThreadRole;
  readonly worker: Worker;
  /** The error is why it ended, if that was one. */
  readonly ended: Promise<{ readonly code: number; readonly error?: Error }>;
}

export function loadThread(role: ThreadRole): LoadingThread {
  // Beside this file with this file's ending: TypeScript in the repository, JavaScript in the package.
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./${role}-thread.${ending}`, import.meta.url), {
    name: role,
    resourceLimits: {
      maxYoungGenerationSizeMb: YOUNG_GENERATION_MIB[role],
      maxOldGenerationSizeMb: OLD_GENERATION_MIB_MAX,
    },
  });
  let error: Error | undefined;
  worker.on('error', (thrown) => {
    error = thrown instanceof Error ? thrown : new Error(String(thrown));
  });
  const ended = new Promise<{ code: number; error?: Error }>((resolve) =>
    worker.once('exit', (code) => resolve({ code, ...(error !== undefined && { error }) })),
  );
  return { role, worker, ended };
}

/** @param onDeath called when it ends without having been asked, once it was ready; before, this throws. */
export async function startThread(
  { role, worker, ended }: LoadingThread,
  data: ThreadData,
  options: {
    readonly logger: Logger;
    readonly handlers: Handlers;
    readonly onReady?: (input: unknown) => void;
    readonly onDeath: () => void;
  },
): Promise<RunningThread> {
  let stopping = false;
  let isReady = false;
  const ready = Promise.withResolvers<void>();
  const channel = new ThreadChannel(worker, {
    ...options.handlers,
    ready(input) {
      isReady = true;
      options.onReady?.(input);
      ready.resolve();
    },
  });
  void ended.then(({ code, error }) => {
    channel.close(`the ${role} thread ended`);
    ready.reject(error ?? new Error(`the ${role} thread ended with code ${code} before it was ready`));
    if (!isReady) return;
    if (error !== undefined) options.logger.error({ role, cause: error }, 'a thread failed');
    if (!stopping) options.onDeath();
  });
  worker.postMessage(data, portsOf(data));
  await ready.promise;
  return {
    ask: (name, input) => channel.ask(name, input),
    async stop() {
      stopping = true;
      await channel.ask('stop').catch(() => undefined);
      await worker.terminate();
      await ended;
    },
  };
}
