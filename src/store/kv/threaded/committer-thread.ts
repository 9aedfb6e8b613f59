import { once } from 'node:events';
import { setPriority } from 'node:os';
import { type MessagePort, parentPort } from 'node:worker_threads';
import { CommitQueue } from '../commit-queue.ts';
import { DirectoryInUseError } from '../directory-lock.ts';
import { openEngine } from '../open.ts';
import type { CommitAnswer, PreparedCommit } from '../prepared-commit.ts';
import { RocksEngine } from '../rocksdb.ts';
import { beginsWith } from '../watchers.ts';
import { decodeCommits, encodeAnswers } from './commit-codec.ts';
import {
  type CommitterThreadData,
  SharedCell,
  type StoreAnswer,
  type StoreRequest,
  type ThreadAnswer,
  type ThreadRequest,
} from './protocol.ts';
import { ReaderGate } from './reader-gate.ts';

/** The thread that owns one store's files and does nothing but commit. It waits for the disk so that no other
 * thread has to; what arrives meanwhile makes up the next batch. */
interface Client {
  readonly port: MessagePort;
  prefixes: readonly Uint8Array[];
}

interface Waiting {
  readonly client: Client;
  readonly id: number;
  readonly commit: PreparedCommit;
}

/** A batch's end is what all its commits wait for. */
const BATCH_COMMITS_MAX = 512;

class CommitterThread {
  readonly #queue: CommitQueue;
  readonly #clients = new Set<Client>();
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor(queue: CommitQueue) {
    this.#queue = queue;
  }

  connect(port: MessagePort): void {
    const client: Client = { port, prefixes: [] };
    this.#clients.add(client);
    port.on('message', (request: StoreRequest) => this.#receive(client, request));
    port.on('close', () => this.#clients.delete(client));
  }

  async untilIdle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Ends the connections from this side: nobody may read any more. */
  disconnect(): void {
    for (const { port } of this.#clients) port.close();
  }

  #receive(client: Client, request: StoreRequest): void {
    if (request.kind === 'watch') {
      client.prefixes = request.prefixes;
    } else if (request.kind === 'writable') {
      void this.#answerWritable(client, request.id);
    } else {
      for (const { id, commit } of decodeCommits(request.bytes)) this.#waiting.push({ client, id, commit });
      // After the messages of all ports of this turn.
      this.#running ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#drain());
    }
  }

  async #answerWritable(client: Client, id: number): Promise<void> {
    while (this.#running !== undefined) await this.#running;
    // Nothing may be committed while the engine may be opened anew.
    const asking = this.#queue.writable();
    this.#running = asking.then(() => this.#drain());
    post(client, { kind: 'writable', id, state: await asking });
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH_COMMITS_MAX);
      const answers = await this.#queue.run(batch.map(({ commit }) => commit));
      this.#answer(batch, answers);
      this.#tellWatchers(batch, answers);
    }
    this.#running = undefined;
  }

  #answer(batch: readonly Waiting[], answers: readonly CommitAnswer[]): void {
    for (const client of this.#clients) {
      const own: { id: number; answer: CommitAnswer }[] = [];
      batch.forEach((waiting, index) => {
        const answer = answers[index];
        if (waiting.client === client && answer !== undefined) own.push({ id: waiting.id, answer });
      });
      if (own.length > 0) post(client, { kind: 'answers', ...encodeAnswers(own) });
    }
  }

  #tellWatchers(batch: readonly Waiting[], answers: readonly CommitAnswer[]): void {
    for (const client of this.#clients) {
      if (client.prefixes.length === 0) continue;
      const keys: Uint8Array[] = [];
      batch.forEach(({ commit }, index) => {
        if (answers[index]?.outcome === 'committed') addWatched(commit, client.prefixes, keys);
      });
      if (keys.length > 0) post(client, { kind: 'changed', keys });
    }
  }
}

/** Loops: this is asked of each row of each commit, and a closure for each is garbage that adds up. */
function addWatched({ writes }: PreparedCommit, prefixes: readonly Uint8Array[], keys: Uint8Array[]): void {
  for (const write of writes) {
    if (write.kind !== 'put') continue;
    for (const prefix of prefixes) {
      if (!beginsWith(write.key, prefix)) continue;
      // A copy: each key is a view of its whole message.
      keys.push(new Uint8Array(write.key));
      break;
    }
  }
}

function post(client: Client, answer: StoreAnswer): void {
  client.port.postMessage(answer);
}

/** Every write waits for this thread, and it for the disk. Where the processors are busy, it would otherwise wait behind
 * requests each time that the disk is done: with precedence PUTs were a tenth more. */
const PRIORITY = -10;

/** Where this user may (root, CAP_SYS_NICE). Only on Linux does it concern the calling thread alone. */
function takePrecedence(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(PRIORITY);
  } catch {
    // Then it waits its turn.
  }
}

async function run(parent: MessagePort, { options, shared }: CommitterThreadData): Promise<void> {
  const tell = (answer: ThreadAnswer) => parent.postMessage(answer);
  const opened = await openEngine(options).catch((error: unknown) => {
    const message = rootMessage(error);
    tell({ kind: 'refused', message, inUse: error instanceof DirectoryInUseError });
  });
  if (opened === undefined) return;
  takePrecedence();
  const { engine, name, diskSpace } = opened;
  const gate = new ReaderGate(shared);
  if (engine instanceof RocksEngine) {
    engine.onReopening = { before: () => gate.shut(), after: () => gate.open() };
  }
  const cells = new Int32Array(shared);
  const raiseEpoch = () => Atomics.add(cells, SharedCell.epoch, 1);
  const thread = new CommitterThread(new CommitQueue(engine, raiseEpoch, diskSpace));
  parent.on('message', (request: ThreadRequest) => {
    if (request.kind === 'connect') {
      request.port.on('close', gate.join(request.reading));
      return thread.connect(request.port);
    }
    void (async () => {
      await thread.untilIdle();
      // The connections stay until then: the gate takes one that is closed for one that does not read.
      await gate.shutForGood();
      await thread.untilIdle();
      thread.disconnect();
      await engine.close();
      tell({ kind: 'closed' });
      parent.close();
    })();
  });
  tell({ kind: 'ready', engine: name, handle: engine.handle });
}

/** The engine's wrapper says only that the database is not open; the reason is in the cause. */
function rootMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // The first line: loading a module adds who asked for it.
  return error.cause === undefined ? (error.message.split('\n')[0] ?? '') : rootMessage(error.cause);
}

if (parentPort !== null) {
  // Only store-thread.ts starts this file, with exactly this.
  const [data] = await once(parentPort, 'message');
  await run(parentPort, data as CommitterThreadData);
}
