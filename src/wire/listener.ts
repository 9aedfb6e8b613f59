import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from 'node:net';
import { asAwsError, internalError } from '../errors/s3.ts';
import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import { SlotTable } from '../lib/slot-table.ts';
import { endOfTurn, TurnQueue } from '../lib/turn-queue.ts';
import { Exchange, loggedPath } from './exchange.ts';
import { sourceIpOf } from './http-request.ts';
import { createRestXml, S3_NAMESPACE } from './protocols/rest-xml.ts';
import type { WireRequest } from './request.ts';
import type { WireResponse } from './response.ts';
import { isInternal, type ServiceName, selectService } from './select-service.ts';
import type { RequestTrace, Service } from './service.ts';

/** One line of the request log. No query, header or body: they may hold secrets. */
export interface RequestRecord {
  readonly requestId: string;
  readonly service: string;
  readonly action: string | undefined;
  readonly account: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly sourceIp: string;
  readonly status: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly ms: number;
}

export interface ListenerOptions<Caller> {
  readonly services: ReadonlyMap<ServiceName, Service<Caller>>;
  /** Names under which this server is reached, for virtual-host style. */
  readonly domains?: readonly string[];
  /** Answers `/_holdfast/...` and `/_console/...`. */
  readonly internal?: (request: WireRequest, requestId: string) => Promise<WireResponse>;
  readonly clock: Clock;
  readonly random: Random;
  readonly accountOf: (caller: Caller) => string | undefined;
  readonly onRequest?: (record: RequestRecord) => void;
  /** A fault outside every service: sending failed halfway, say. */
  readonly reportFault: (requestId: string, operation: string | undefined, cause: unknown) => void;
  readonly tls?: { readonly certificate: string | Buffer; readonly key: string | Buffer };
}

export interface ListenAddress {
  readonly hosts: readonly string[];
  /** 0 picks one, the same for all hosts. */
  readonly port: number;
  /** Several threads of one process on one port. The first makes sure that nobody else has it: the system alone lets
   * any two processes of one user share a port that both mark so. */
  readonly sharedPort?: 'first' | 'further';
}

export interface Listener {
  /** Resolves with the port. */
  listen(address: ListenAddress): Promise<number>;
  /** Takes no more requests, lets running ones finish for at most `graceMs`, then cuts them. */
  close(graceMs: number): Promise<void>;
}

// S3 allows 8 KiB of headers; a query with a presigned session token comes to 12 KiB in the request line.
const HEADER_BYTES_MAX = 32 * 1024;
// A head that takes longer is an attack or a dead line.
const HEADERS_TIMEOUT_MS = 30_000;
// Longer than the idle time of any SDK's pool (Java 60 s), so that the client closes first.
const KEEP_ALIVE_MS = 75_000;
// A body that stands still for one to two of these is given up (S3: RequestTimeout).
const PROGRESS_INTERVAL_MS = 30_000;
const NO_DOMAINS: readonly string[] = [];

export function createListener<Caller>(options: ListenerOptions<Caller>): Listener {
  return new HttpListener(options);
}

/** Open until `close`; from then on every answer ends its connection and no new one is taken. */
class HttpListener<Caller> implements Listener {
  readonly #options: ListenerOptions<Caller>;
  readonly #hostId: string;
  readonly #fallback = createRestXml({ namespace: S3_NAMESPACE, errors: 's3' });
  readonly #servers: Server[] = [];
  readonly #running = new SlotTable<Exchange>();
  readonly #taken = new TurnQueue<Exchange>((taken) => {
    for (const exchange of taken) void this.#serve(exchange);
  });
  #closing = false;
  #whenIdle: (() => void) | undefined;
  #cancelWatch: (() => void) | undefined;

  constructor(options: ListenerOptions<Caller>) {
    this.#options = options;
    this.#hostId = options.random.bytes(48).toString('base64');
  }

  async listen({ hosts, port, sharedPort }: ListenAddress): Promise<number> {
    let chosen = port;
    for (const host of hosts) {
      const server = this.#newServer();
      this.#servers.push(server);
      if (sharedPort === 'first') await requireFree({ host, port: chosen });
      chosen = await listenOn(server, { host, port: chosen, reusePort: sharedPort !== undefined });
    }
    this.#watchProgress();
    return chosen;
  }

  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    this.#cancelWatch?.();
    const closed = this.#servers.map(
      (server) => new Promise<void>((resolve) => server.close(() => resolve())),
    );
    for (const server of this.#servers) server.closeIdleConnections();
    await this.#idleWithin(graceMs);
    // The last answers leave with the turn in which they got ready.
    await endOfTurn();
    for (const server of this.#servers) server.closeAllConnections();
    await Promise.all(closed);
  }

  async #serve(exchange: Exchange): Promise<void> {
    const { clock, random, reportFault } = this.#options;
    const startedAt = clock.now();
    const requestId = random.bytes(8).toString('hex').toUpperCase();
    const trace: Trace<Caller> = { service: '' };
    let status = 0;
    try {
      const response = await this.#respond(exchange, requestId, trace);
      status = response.status;
      await exchange.send(response, this.#closing);
    } catch (cause) {
      reportFault(requestId, trace.operation, cause);
      exchange.response.destroy();
    } finally {
      this.#running.delete(exchange.slot);
      this.#record(exchange, requestId, trace, status, clock.now() - startedAt);
      if (this.#running.size === 0) this.#whenIdle?.();
    }
  }

  async #respond(exchange: Exchange, requestId: string, trace: Trace<Caller>): Promise<WireResponse> {
    const { internal, services, reportFault, domains = NO_DOMAINS } = this.#options;
    const answer = { requestId, hostId: this.#hostId };
    try {
      const request = exchange.wireRequest();
      if (internal !== undefined && isInternal(request, domains)) {
        trace.service = 'holdfast';
        return await internal(request, requestId);
      }
      trace.service = selectService(request, domains);
      const service = services.get(trace.service);
      if (service === undefined) throw internalError(new Error(`no service ${trace.service}`));
      return await service.handle(request, answer, trace);
    } catch (cause) {
      const error = asAwsError(cause);
      if (error.status === 500) reportFault(requestId, trace.operation, error.cause ?? cause);
      return this.#fallback.writeError(error, answer);
    }
  }

  #record(exchange: Exchange, requestId: string, trace: Trace<Caller>, status: number, ms: number): void {
    const { onRequest, accountOf } = this.#options;
    const { request } = exchange;
    onRequest?.({
      requestId,
      service: trace.service,
      action: trace.operation,
      account: trace.caller === undefined ? undefined : accountOf(trace.caller),
      method: request.method ?? '',
      path: loggedPath(request.url ?? ''),
      sourceIp: sourceIpOf(request),
      status,
      bytesIn: exchange.body.bytesReceived,
      bytesOut: exchange.bytesOut,
      ms,
    });
  }

  #watchProgress(): void {
    this.#cancelWatch = this.#options.clock.after(PROGRESS_INTERVAL_MS, () => {
      for (const exchange of this.#running) exchange.checkProgress();
      this.#watchProgress();
    });
  }

  #newServer(): Server {
    const { tls } = this.#options;
    const secure = tls !== undefined;
    const server = secure
      ? createTlsServer({ ...SETTINGS, cert: tls.certificate, key: tls.key })
      : createServer(SETTINGS);
    const { clock } = this.#options;
    const start = (expectsContinue: boolean) => (request: IncomingMessage, response: ServerResponse) => {
      const exchange = new Exchange(request, response, { secure, expectsContinue, clock });
      exchange.slot = this.#running.add(exchange);
      this.#taken.add(exchange);
    };
    server.on('request', start(false));
    server.on('checkContinue', start(true));
    server.on('clientError', refuseUnreadable);
    return server;
  }

  #idleWithin(graceMs: number): Promise<void> {
    if (this.#running.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(graceMs, resolve);
      this.#whenIdle = () => {
        cancel();
        resolve();
      };
    });
  }
}

const SETTINGS = {
  maxHeaderSize: HEADER_BYTES_MAX,
  headersTimeout: HEADERS_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
  // A large upload may take hours; progress is watched instead.
  requestTimeout: 0,
  noDelay: true,
};

interface Trace<Caller> extends RequestTrace<Caller> {
  service: ServiceName | 'holdfast' | '';
}

/** @throws Error `EADDRINUSE` and what else the system refuses. */
async function requireFree(address: { host: string; port: number }): Promise<void> {
  const probe = createTcpServer();
  await listenOn(probe, { ...address, reusePort: false });
  await new Promise((resolve) => probe.close(resolve));
}

function listenOn(
  server: TcpServer,
  address: { host: string; port: number; reusePort: boolean },
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      server.off('error', reject);
      resolve(portOf(server.address()));
    });
  });
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** What is not HTTP never becomes a request: a bare line, then the end of the connection. */
function refuseUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
