import type { IncomingMessage } from 'node:http';
import type { AwsError } from '../errors/aws-error.ts';
import { incompleteBody } from '../errors/s3.ts';
import type { ByteStream } from '../lib/byte-stream.ts';
import { JoinedChunks } from '../lib/joined-chunks.ts';
import { freeable } from '../lib/recycle.ts';

/** The bytes of one request, once.
 *
 * idle      nothing was asked for: nothing flows, and `Expect: 100-continue` is not answered; → flowing, or → ended when
 *           all is there already
 * flowing   chunks go straight to a waiting reader or into the queue; above QUEUE_BYTES_MAX the socket is paused
 * ended     the last byte came; the queue may still hold chunks
 * failed    the client went away or was too slow; the queue is given out first
 * discarded nobody reads any more: what still comes is dropped
 */

// Four reads of the socket: enough to keep it busy while a chunk is processed, little enough for many connections.
const QUEUE_BYTES_MAX = 256 * 1024;
// Smaller chunks weigh little, and freeing costs a microsecond. In the queue they are put together up to this, so that
// its length is bounded with its bytes: a client may send HTTP chunks of one byte.
const FREEABLE_BYTES_MIN = 16 * 1024;

type State = 'idle' | 'flowing' | 'ended' | 'failed' | 'discarded';
type Result = IteratorResult<Buffer, undefined>;

const NOTHING = Buffer.alloc(0);

export class RequestBody implements ByteStream, AsyncIterator<Buffer, undefined> {
  readonly #request: IncomingMessage;
  readonly #beforeFirst: () => void;
  #state: State = 'idle';
  #failure: AwsError | undefined;
  readonly #queue: Buffer[] = [];
  /** The small chunks behind the queue. */
  readonly #small = new JoinedChunks();
  #queuedBytes = 0;
  #paused = false;
  #waiting: { resolve: (result: Result) => void; reject: (cause: AwsError) => void } | undefined;
  #received = 0;
  #asked = 0;

  /** `beforeFirst` runs once, before the first byte is asked for. */
  constructor(request: IncomingMessage, beforeFirst: () => void) {
    this.#request = request;
    this.#beforeFirst = beforeFirst;
  }

  get bytesReceived(): number {
    return this.#received;
  }

  /** Nothing is left on the connection that belongs to this request. */
  get complete(): boolean {
    return this.#state === 'ended' || this.#request.complete;
  }

  get started(): boolean {
    return this.#state !== 'idle';
  }

  /** How often the reader has had to wait, or undefined while it does not: the same number at two looks means that
   * nothing came in between. */
  get waitingFor(): number | undefined {
    return this.#waiting === undefined ? undefined : this.#asked;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** All of it came with the head, as small bodies do: it is taken at once, without the events of a flowing stream. */
  whole(): Buffer | undefined {
    if (this.#state !== 'idle' || this.#request.destroyed || !this.#request.complete) return undefined;
    this.#state = 'ended';
    const whole: Buffer = this.#request.read() ?? NOTHING;
    this.#received += whole.length;
    return whole;
  }

  next(): Promise<Result> {
    if (this.#state === 'idle') {
      const whole = this.whole();
      if (whole !== undefined) return Promise.resolve(resultOf(whole));
      // The client may be gone since the head came: nothing would ever flow.
      if (this.#request.destroyed) this.fail(incompleteBody());
      else this.#start();
    }
    if (this.#queue.length === 0) this.#queueSmall();
    const chunk = this.#queue.shift();
    if (chunk !== undefined) {
      this.#queuedBytes -= chunk.length;
      this.#resume();
      return Promise.resolve({ done: false, value: chunk });
    }
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#state !== 'flowing') return Promise.resolve({ done: true, value: undefined });
    this.#asked++;
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  return(): Promise<Result> {
    if (this.#state === 'flowing') this.discard();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Ends the reading with an error. */
  fail(error: AwsError): void {
    if (this.#state === 'ended' || this.#state === 'discarded') return;
    this.#state = 'failed';
    this.#failure = error;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(error);
  }

  /** Lets the rest run into nothing, so that the connection can carry the next request. */
  discard(): void {
    if (this.#state === 'ended') return;
    this.#state = 'discarded';
    this.#queue.length = 0;
    this.#small.take();
    this.#queuedBytes = 0;
    this.#request.resume();
  }

  #start(): void {
    this.#beforeFirst();
    this.#state = 'flowing';
    const request = this.#request;
    request.on('data', (chunk: Buffer) => this.#take(chunk));
    request.on('end', () => this.#end());
    const cut = () => {
      if (this.#state === 'flowing') this.fail(incompleteBody());
    };
    request.on('error', cut);
    request.on('close', cut);
  }

  #take(received: Buffer): void {
    this.#received += received.length;
    if (this.#state !== 'flowing') return;
    const chunk = received.length < FREEABLE_BYTES_MIN ? received : freeable(received);
    const waiting = this.#waiting;
    if (waiting !== undefined) {
      this.#waiting = undefined;
      waiting.resolve({ done: false, value: chunk });
      return;
    }
    this.#keep(chunk);
    if (this.#queuedBytes > QUEUE_BYTES_MAX && !this.#paused) {
      this.#paused = true;
      this.#request.pause();
    }
  }

  #keep(chunk: Buffer): void {
    this.#queuedBytes += chunk.length;
    if (chunk.length < FREEABLE_BYTES_MIN) {
      this.#small.add(chunk);
      if (this.#small.length >= FREEABLE_BYTES_MIN) this.#queueSmall();
    } else {
      this.#queueSmall();
      this.#queue.push(chunk);
    }
  }

  #queueSmall(): void {
    if (this.#small.length > 0) this.#queue.push(this.#small.take());
  }

  #resume(): void {
    if (!this.#paused || this.#queuedBytes > QUEUE_BYTES_MAX / 2) return;
    this.#paused = false;
    this.#request.resume();
  }

  #end(): void {
    if (this.#state !== 'flowing') return;
    this.#state = 'ended';
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve({ done: true, value: undefined });
  }
}

function resultOf(whole: Buffer): Result {
  return whole.length === 0 ? { done: true, value: undefined } : { done: false, value: whole };
}
