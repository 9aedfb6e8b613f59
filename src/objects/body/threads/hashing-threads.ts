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

/** The pool of hashing threads of one event loop. A thread that dies fails its uploads (their clients retry); the
 * next upload starts another in its place, so that one which cannot start is not tried in a circle. */
export class HashingThreads {
  readonly #threads: (Thread | undefined)[];
  readonly #memory = new TransferMemory();
  #bodies = 0;
  #closed = false;

  /** @param size threads; default: one a core. */
  constructor(size = availableParallelism()) {
    this.#threads = Array.from({ length: size }, (_, position) => this.#start(position));
  }

  /** A sink on the thread that has the fewest uploads.
   * @throws StoreUnavailableError after `close`. */
  open(location: BlobLocation, algorithms: readonly ChecksumAlgorithm[], dataKey: Uint8Array): ThreadSink {
    const { worker, sinks } = this.#idlest();
    const body = ++this.#bodies;
    const say = (message: ToThread, transfer: ArrayBuffer[] = []) => worker.postMessage(message, transfer);
    const sink = new ThreadSink(body, say, this.#memory, () => sinks.delete(body));
    sinks.set(body, sink);
    // A key of its own memory: the whole memory below a buffer is what is sent.
    say({ kind: 'open', body, location, algorithms, dataKey: Uint8Array.from(dataKey) });
    return sink;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const thread of this.#threads) await thread?.worker.terminate();
  }

  #idlest(): Thread {
    let idlest: Thread | undefined;
    for (const [position, running] of this.#threads.entries()) {
      const thread = running ?? (this.#closed ? undefined : this.#start(position));
      this.#threads[position] = thread;
      if (thread !== undefined && thread.sinks.size < (idlest?.sinks.size ?? Number.POSITIVE_INFINITY)) {
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
    const worker = new Worker(new URL(entry, import.meta.url));
    const sinks = new Map<number, ThreadSink>();
    worker.on('message', (message: FromThread) => sinks.get(message.body)?.hear(message));
    // 'exit' follows, and does what is to be done.
    worker.on('error', () => undefined);
    worker.on('exit', () => {
      this.#threads[position] = undefined;
      for (const sink of sinks.values()) sink.fail(new StoreUnavailableError('A hashing thread died.'));
    });
    worker.unref();
    return { worker, sinks };
  }
}
