import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ChecksumAlgorithm } from '../../../lib/checksums/index.ts';
import type { BlobLocation } from '../../../store/blobs/blob-store.ts';
import { StoreUnavailableError } from '../../../store/kv/key-value-store.ts';
import type { FromThread, Reading, ToThread } from './messages.ts';
import { ReadingMemory } from './reading-memory.ts';
import { ThreadReading } from './thread-reading.ts';
import { ThreadSink } from './thread-sink.ts';
import { TransferMemory } from './transfer-memory.ts';

/** A small nursery: what a thread leaves behind is short-lived frames of 64 KiB, and only collections of the nursery
 * free them before their sum starts a full one. */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 2 };

/** The event loop's end of an upload or a reading. */
interface Task {
  hear(message: FromThread): void;
  fail(failure: Error): void;
}

interface Thread {
  readonly worker: Worker;
  readonly tasks: Map<number, Task>;
}

/** The pool of hashing threads of one event loop. A thread that dies fails what it had (clients retry); the next
 * task starts another in its place, so that one which cannot start is not tried in a circle. */
export class HashingThreads {
  readonly #threads: (Thread | undefined)[];
  readonly #memory = new TransferMemory();
  readonly #readingMemory = new ReadingMemory();
  #bodies = 0;
  #closed = false;

  /** @param size threads; default: one a core. */
  constructor(size = availableParallelism()) {
    // Started by the first task: a thread costs 10 MiB, and many sites never see a large body.
    this.#threads = Array.from({ length: size }, () => undefined);
  }

  /** A sink on the thread that has the least to do.
   * @throws StoreUnavailableError after `close`. */
  open(location: BlobLocation, algorithms: readonly ChecksumAlgorithm[], dataKey: Uint8Array): ThreadSink {
    const { body, say, leave, begin } = this.#task();
    const sink = new ThreadSink(body, say, this.#memory, leave);
    begin(sink);
    say({ kind: 'open', body, location, algorithms, dataKey: ownMemory(dataKey) });
    return sink;
  }

  /** The plain frames of a blob's sealed range, read and opened on the thread that has the least to do.
   * @throws StoreUnavailableError after `close`; the iteration throws as `openBody` does. */
  read(reading: Reading): AsyncIterableIterator<Buffer> {
    const { body, say, leave, begin } = this.#task();
    const task = new ThreadReading(body, say, this.#readingMemory, leave);
    begin(task);
    task.start({ ...reading, dataKey: ownMemory(reading.dataKey) });
    return task;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const thread of this.#threads) await thread?.worker.terminate();
  }

  #task() {
    const { worker, tasks } = this.#idlest();
    const body = ++this.#bodies;
    return {
      body,
      say: (message: ToThread, transfer: ArrayBuffer[] = []) => worker.postMessage(message, transfer),
      begin: (task: Task) => {
        tasks.set(body, task);
        // A process waits for its uploads and readings, and for nothing else here.
        worker.ref();
      },
      leave: () => {
        tasks.delete(body);
        if (tasks.size === 0) worker.unref();
      },
    };
  }

  #idlest(): Thread {
    let idlest: Thread | undefined;
    for (const [position, running] of this.#threads.entries()) {
      const thread = running ?? (this.#closed ? undefined : this.#start(position));
      this.#threads[position] = thread;
      if (thread !== undefined && thread.tasks.size < (idlest?.tasks.size ?? Number.POSITIVE_INFINITY)) {
        idlest = thread;
      }
    }
    if (idlest === undefined || this.#closed)
      throw new StoreUnavailableError('There are no hashing threads.');
    return idlest;
  }

  #start(position: number): Thread {
    // Run from sources, or from what the build made of them.
    const entry = import.meta.url.endsWith('.ts') ? './hashing-thread.ts' : './hashing-thread.js';
    const worker = new Worker(new URL(entry, import.meta.url), { resourceLimits: RESOURCE_LIMITS });
    const tasks = new Map<number, Task>();
    worker.on('message', (message: FromThread) => tasks.get(message.body)?.hear(message));
    // 'exit' follows, and does what is to be done.
    worker.on('error', () => undefined);
    worker.on('exit', () => {
      this.#threads[position] = undefined;
      for (const task of tasks.values()) task.fail(new StoreUnavailableError('A hashing thread died.'));
    });
    worker.unref();
    return { worker, tasks };
  }
}

/** A key in memory of its own: the whole memory below a buffer is what a message carries. */
function ownMemory(key: Uint8Array): Uint8Array {
  return Uint8Array.from(key);
}
