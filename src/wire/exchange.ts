import type { IncomingMessage, ServerResponse } from 'node:http';
import { requestTimeout } from '../errors/s3.ts';
import type { Clock } from '../lib/clock.ts';
import { recycle } from '../lib/recycle.ts';
import { endWithTurn } from './end-of-turn.ts';
import { HttpRequest } from './http-request.ts';
import { endWithBody } from './lingering-close.ts';
import { decodeComponent, type WireRequest } from './request.ts';
import { RequestBody } from './request-body.ts';
import type { WireResponse } from './response.ts';

/** One request and its answer on one connection. Only here do node's objects meet ours. */

// What a refused upload may still send before its connection is closed instead of kept: cheaper than a new one.
const DRAIN_BYTES_MAX = 1024 * 1024;
// The system's buffers hold an answer of this size, as good as always. A larger one is under way until the client has
// taken it: a stop waits for that, and a client that takes nothing is given up.
const TURN_BYTES_MAX = 64 * 1024;

export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: RequestBody;
  readonly #expectsContinue: boolean;
  readonly #secure: boolean;
  readonly #clock: Clock;
  #abort: AbortController | undefined;
  #gone = false;
  #seenWaiting: number | undefined;
  #drainWait = 0;
  #seenDrainWait = 0;
  #streamed = false;
  bytesOut = 0;
  /** Its place among the running ones, which the listener keeps. */
  slot = -1;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    options: { secure: boolean; expectsContinue: boolean; clock: Clock },
  ) {
    this.request = request;
    this.response = response;
    this.#secure = options.secure;
    this.#expectsContinue = options.expectsContinue;
    this.#clock = options.clock;
    this.body = new RequestBody(request, () => {
      if (this.#expectsContinue) response.writeContinue();
    });
    response.on('close', () => {
      this.#gone = true;
      this.#abort?.abort();
    });
  }

  /** Throws InvalidURI. */
  wireRequest(): WireRequest {
    return new HttpRequest(this.request, {
      secure: this.#secure,
      body: this.body,
      signal: () => this.#signal(),
    });
  }

  /** Sends the answer. Resolves when it is on its way, at the end of this turn at the latest, when the client has taken what
   * the system does not hold for it, or is gone. */
  async send(answer: WireResponse, closing: boolean): Promise<void> {
    try {
      await this.#send(answer, closing);
    } finally {
      if (isStream(answer.body) && !this.#streamed) await letGo(answer.body);
    }
  }

  async #send(answer: WireResponse, closing: boolean): Promise<void> {
    const { response, request } = this;
    if (this.#gone) return;
    const { status } = answer;
    const headers = { ...answer.headers };
    const bodiless = status === 204 || status === 304;
    let body = answer.body;
    if (bodiless) {
      delete headers['content-type'];
      delete headers['content-length'];
      body = undefined;
    } else if (typeof body === 'string') {
      body = Buffer.from(body, 'utf8');
    }
    if (body === undefined && !bodiless) headers['content-length'] ??= '0';
    else if (body instanceof Uint8Array) headers['content-length'] = String(body.length);
    if (headers['content-disposition'] !== undefined) lengthLast(headers);
    const mustClose = this.#mustClose();
    if (closing || mustClose) headers['connection'] = 'close';
    response.writeHead(status, headers);
    const lingers = mustClose && !this.#unasked;
    if (request.method === 'HEAD' || body === undefined) {
      this.#end(undefined, lingers);
    } else if (body instanceof Uint8Array && body.length <= TURN_BYTES_MAX) {
      this.bytesOut = body.length;
      this.#end(body, lingers);
    } else if (body instanceof Uint8Array) {
      await this.#sendInSteps(body);
    } else {
      this.#streamed = true;
      await this.#stream(body);
    }
    this.#drainRest();
  }

  /** Called at intervals: a client that neither sent nor took a byte since the last call is given up. */
  checkProgress(): void {
    const waiting = this.body.waitingFor;
    if (waiting !== undefined && waiting === this.#seenWaiting) this.body.fail(requestTimeout());
    this.#seenWaiting = waiting;
    if (this.#drainWait > 0 && this.#drainWait === this.#seenDrainWait) this.response.destroy();
    this.#seenDrainWait = this.#drainWait;
  }

  /** Sends what is left of the answer: a body that is all there, or the head alone. */
  #end(body: Uint8Array | undefined, lingers: boolean): void {
    const { request, response } = this;
    if (!lingers) {
      endWithTurn(response, body);
      return;
    }
    if (body === undefined) response.flushHeaders();
    else response.write(body);
    endWithBody(request, response, this.#clock);
  }

  /** In one write, a slow client would look like one that takes nothing. */
  async #sendInSteps(body: Uint8Array): Promise<void> {
    const { response } = this;
    for (let start = 0; start < body.length && !this.#gone; start += TURN_BYTES_MAX) {
      const step = body.subarray(start, start + TURN_BYTES_MAX);
      const last = start + step.length === body.length;
      this.bytesOut += step.length;
      if (!response.write(step, last ? () => recycle(body) : undefined)) await this.#drained();
    }
    response.end();
  }

  async #stream(body: AsyncIterable<Uint8Array>): Promise<void> {
    const { response } = this;
    try {
      for await (const chunk of body) {
        if (this.#gone) return;
        this.bytesOut += chunk.length;
        if (!response.write(chunk, () => recycle(chunk))) await this.#drained();
      }
      response.end();
    } catch (cause) {
      // The head is gone: a cut connection is the only error left to give.
      response.destroy();
      throw cause;
    }
  }

  #drained(): Promise<void> {
    const { response } = this;
    if (this.#gone) return Promise.resolve();
    this.#drainWait = this.bytesOut;
    return new Promise((resolve) => {
      const finish = () => {
        this.#drainWait = 0;
        response.off('drain', finish);
        response.off('close', finish);
        resolve();
      };
      response.on('drain', finish);
      response.on('close', finish);
    });
  }

  /** 100-continue was never sent: the body may or may not come. */
  get #unasked(): boolean {
    return this.#expectsContinue && !this.body.started;
  }

  /** The rest of a refused body is not worth waiting for, or may never come. */
  #mustClose(): boolean {
    if (this.body.complete) return false;
    if (this.#unasked) return true;
    const declared = Number(this.request.headers['content-length'] ?? 0);
    return declared - this.body.bytesReceived > DRAIN_BYTES_MAX;
  }

  #drainRest(): void {
    if (!this.body.complete && this.body.started) this.body.discard();
  }

  #signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#gone) this.#abort.abort();
    return this.#abort.signal;
  }
}

function isStream(body: WireResponse['body']): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && !(body instanceof Uint8Array);
}

/** Of a body that nobody reads to its end: it gives up what it holds open. */
async function letGo(body: AsyncIterable<Uint8Array>): Promise<void> {
  await body[Symbol.asyncIterator]().return?.();
}

/** Node refuses a Content-Disposition beyond ASCII, Latin-1 too, that comes when it knows the length already. */
function lengthLast(headers: Record<string, string>): void {
  const length = headers['content-length'];
  if (length === undefined) return;
  delete headers['content-length'];
  headers['content-length'] = length;
}

/** The path for log lines: never the query, which may hold a signature. */
export function loggedPath(rawUrl: string): string {
  const { rawPath } = rawUrl.includes('?')
    ? { rawPath: rawUrl.slice(0, rawUrl.indexOf('?')) }
    : { rawPath: rawUrl };
  try {
    return decodeComponent(rawPath);
  } catch {
    return rawPath;
  }
}
