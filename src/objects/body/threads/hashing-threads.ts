import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ChecksumAlgorithm } from '../../../lib/checksums/index.ts';
import type { BlobLocation } from '../../../store/blobs/blob-store.ts';
import { StoreUnavailableError } from '../../../store/kv/key-value-store.ts';
import type { FromThread, ToThread } from './messages.ts';
import { ThreadSink } from './thread-sink.ts';
import { TransferMemory } from './transfer-memory.ts';

interface Thread {
  readonly worker: Worker;
  readonly sinks: Map<number, ThreadSink>;
}

/** The pool of hashing threads of one event loop. A thread that dies fails its uploads (their clients retry) and is
 * replaced. */
export class HashingThreads {
  readonly #threads: Thread[] = [];
  readonly #memory = new TransferMemory();
  #bodies = 0;
  #closed = false;

  /** @param size threads; default: one a core. */
  constructor(size = availableParallelism()) {
    for (let position = 0; position < size; position++) this.#start(position);
  }

  /** A sink on the thread that has the fewest uploads. */
  open(location: BlobLocation, algorithms: readonly ChecksumAlgorithm[], dataKey: Uint8Array): ThreadSink {
    let idlest: Thread | undefined;
    for (const thread of this.#threads) {
      if (idlest === undefined || thread.sinks.size < idlest.sinks.size) idlest = thread;
    }
    if (idlest === undefined || this.#closed)
      throw new StoreUnavailableError('There are no hashing threads.');
    const { worker, sinks } = idlest;
    const body = ++this.#bodies;
    const say = (message: ToThread, transfer: ArrayBuffer[] = []) => worker.postMessage(message, transfer);
    const sink = new ThreadSink(body, say, this.#memory, () => sinks.delete(body));
    sinks.set(body, sink);
    say({ kind: 'open', body, location, algorithms, dataKey });
    return sink;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#threads.map((thread) => thread.worker.terminate()));
  }

  #start(position: number): void {
    // Run from sources, or from what the build made of them.
    const entry = import.meta.url.endsWith('.ts') ? './hashing-thread.ts' : './hashing-thread.js';
    const worker = new Worker(new URL(entry, import.meta.url));
    const sinks = new Map<number, ThreadSink>();
    this.#threads[position] = { worker, sinks };
    worker.on('message', (message: FromThread) => sinks.get(message.body)?.hear(message));
    // 'exit' follows, and does what is to be done.
    worker.on('error', () => undefined);
    worker.on('exit', () => {
      for (const sink of [...sinks.values()]) sink.fail(new StoreUnavailableError('A hashing thread died.'));
      if (!this.#closed) this.#start(position);
    });
    worker.unref();
  }
}
