import { MessageChannel, Worker } from 'node:worker_threads';
import { DataDirectoryError } from '../../data-directory.ts';
import { DirectoryInUseError } from '../directory-lock.ts';
import type { StoreOptions } from '../open.ts';
import {
  type CommitterThreadData,
  READING_BYTES,
  SHARED_BYTES,
  SharedCell,
  type StoreConnection,
  type ThreadAnswer,
  type ThreadRequest,
} from './protocol.ts';

const YOUNG_GENERATION_MIB = 4;
// What waits to be committed is bounded by the connections; V8 collects the sooner the smaller its limit is.
const OLD_GENERATION_MIB_MAX = 512;

export interface StoreThread {
  /** A connection for one thread, or one more. Put `connection.port` into the transfer list. */
  connect(): StoreConnection;
  /** Called when the thread ends without having been asked: the process can't go on. */
  onFailure(listener: (error: Error) => void): void;
  /** Finishes what waits and closes the files. Threads that used the store should have stopped: their later reads
   * fail. */
  close(): Promise<void>;
}

/** A thread whose program is being read: the longer part of opening a store, for which it need not know which. */
export interface LoadingStoreThread {
  /** Once. @throws DirectoryInUseError when another process has it open, DataDirectoryError when it cannot be opened. */
  open(options: StoreOptions): Promise<StoreThread>;
  /** Closes what it opened, or is opening; without that it just ends. */
  close(): Promise<void>;
}

export function loadStoreThread(): LoadingStoreThread {
  // Beside this file with this file's ending: TypeScript in the repository, JavaScript in the package.
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./committer-thread.${ending}`, import.meta.url), {
    name: 'committer',
    // What a batch leaves behind is short-lived; the default nursery would hold on to 48 MiB of it in each committer.
    resourceLimits: {
      maxYoungGenerationSizeMb: YOUNG_GENERATION_MIB,
      maxOldGenerationSizeMb: OLD_GENERATION_MIB_MAX,
    },
  });
  const answer = firstAnswer(worker);
  // Heard by `open`; a thread that ends without is no trouble.
  answer.catch(() => undefined);
  let opening: Promise<StoreThread> | undefined;
  return {
    open(options) {
      opening = openIn(worker, answer, options);
      return opening;
    },
    async close() {
      const store = await opening?.catch(() => undefined);
      if (store === undefined) await worker.terminate();
      else await store.close();
    },
  };
}

/** Opens the store in a thread of its own. @throws as `LoadingStoreThread.open` */
export async function startStoreThread(options: StoreOptions): Promise<StoreThread> {
  return await loadStoreThread().open(options);
}

async function openIn(
  worker: Worker,
  answer: Promise<ThreadAnswer>,
  options: StoreOptions,
): Promise<StoreThread> {
  const shared = new SharedArrayBuffer(SHARED_BYTES);
  worker.postMessage({ options, shared } satisfies CommitterThreadData);
  const ready = await answer;
  if (ready.kind === 'refused') {
    await worker.terminate();
    if (ready.inUse) throw new DirectoryInUseError(options.directory);
    throw new DataDirectoryError(`The store ${options.directory} cannot be opened: ${ready.message}.`);
  }
  if (ready.kind !== 'ready') throw new Error('the committer thread closed before it was ready');
  const { engine, handle } = ready;
  let closing: Promise<void> | undefined;
  return {
    connect() {
      const { port1, port2 } = new MessageChannel();
      const reading = new SharedArrayBuffer(READING_BYTES);
      Atomics.add(new Int32Array(shared), SharedCell.connections, 1);
      worker.postMessage({ kind: 'connect', port: port2, reading } satisfies ThreadRequest, [port2]);
      return { port: port1, shared, reading, engine, directory: options.directory, handle };
    },
    onFailure(listener) {
      worker.on('error', (error) => listener(error instanceof Error ? error : new Error(String(error))));
      worker.on('exit', (code) => {
        if (closing === undefined) listener(new Error(`the committer thread ended with code ${code}`));
      });
    },
    close() {
      closing ??= new Promise((resolve) => {
        worker.once('exit', () => resolve());
        worker.postMessage({ kind: 'close' } satisfies ThreadRequest);
      });
      return closing;
    },
  };
}

function firstAnswer(worker: Worker): Promise<ThreadAnswer> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the committer thread ended with code ${code}`)));
  });
}
