import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { AwsError } from '../errors/aws-error.ts';
import { internalError } from '../errors/s3.ts';
import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import { Exchange, loggedPath } from './exchange.ts';
import { sourceIpOf } from './http-request.ts';
import { createRestXml, S3_NAMESPACE } from './protocols/rest-xml.ts';
import type { WireRequest } from './request.ts';
import type { WireResponse } from './response.ts';
import { selectService, type ServiceName } from './select-service.ts';
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
  /** `/_holdfast/...` and `/_console/...`: no bucket name can begin with an underscore. */
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
  /** Several threads on one port. */
  readonly reusePort?: boolean;
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
const INTERNAL_PATH = /^\/_(?:holdfast|console)(?:\/|\?|$)/;

export function createListener<Caller>(options: ListenerOptions<Caller>): Listener {
  const { clock, random } = options;
  const hostId = random.bytes(48).toString('base64');
  const fallback = createRestXml({ namespace: S3_NAMESPACE, errors: 's3' });
  const servers: Server[] = [];
  const running = new Set<Exchange>();
  let closing = false;
  let whenIdle: (() => void) | undefined;
  let cancelWatch: (() => void) | undefined;

  async function respond(exchange: Exchange, requestId: string, trace: Trace<Caller>): Promise<WireResponse> {
    const answer = { requestId, hostId };
    try {
      const request = exchange.wireRequest();
      if (options.internal !== undefined && INTERNAL_PATH.test(request.rawUrl)) {
        trace.service = 'holdfast';
        return await options.internal(request, requestId);
      }
      trace.service = selectService(request);
      const service = options.services.get(trace.service);
      if (service === undefined) throw internalError(new Error(`no service ${trace.service}`));
      return await service.handle(request, answer, trace);
    } catch (cause) {
      const error = cause instanceof AwsError ? cause : internalError(cause);
      if (error.status === 500) options.reportFault(requestId, trace.operation, error.cause ?? cause);
      return fallback.writeError(error, answer);
    }
  }

  async function serve(exchange: Exchange): Promise<void> {
    const startedAt = clock.now();
    const requestId = random.bytes(8).toString('hex').toUpperCase();
    const trace: Trace<Caller> = { service: '' };
    running.add(exchange);
    let status = 0;
    try {
      const response = await respond(exchange, requestId, trace);
      status = response.status;
      await exchange.send(response, closing);
    } catch (cause) {
      options.reportFault(requestId, trace.operation, cause);
      exchange.response.destroy();
    } finally {
      running.delete(exchange);
      record(exchange, requestId, trace, status, clock.now() - startedAt);
      if (running.size === 0) whenIdle?.();
    }
  }

  function record(
    exchange: Exchange,
    requestId: string,
    trace: Trace<Caller>,
    status: number,
    ms: number,
  ): void {
    const { request } = exchange;
    options.onRequest?.({
      requestId,
      service: trace.service,
      action: trace.operation,
      account: trace.caller === undefined ? undefined : options.accountOf(trace.caller),
      method: request.method ?? '',
      path: loggedPath(request.url ?? ''),
      sourceIp: sourceIpOf(request),
      status,
      bytesIn: exchange.body.bytesReceived,
      bytesOut: exchange.bytesOut,
      ms,
    });
  }

  function watchProgress(): void {
    cancelWatch = clock.after(PROGRESS_INTERVAL_MS, () => {
      for (const exchange of running) exchange.checkProgress();
      watchProgress();
    });
  }

  function newServer(): Server {
    const settings = {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: HEADERS_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // A large upload may take hours; progress is watched instead.
      requestTimeout: 0,
      noDelay: true,
    };
    const { tls } = options;
    const server =
      tls === undefined
        ? createServer(settings)
        : createTlsServer({ ...settings, cert: tls.certificate, key: tls.key });
    const secure = tls !== undefined;
    const start = (expectsContinue: boolean) => (request: IncomingMessage, response: ServerResponse) => {
      void serve(new Exchange(request, response, { secure, expectsContinue }));
    };
    server.on('request', start(false));
    server.on('checkContinue', start(true));
    server.on('clientError', refuseUnreadable);
    return server;
  }

  return {
    async listen({ hosts, port, reusePort = false }) {
      let chosen = port;
      for (const host of hosts) {
        const server = newServer();
        servers.push(server);
        chosen = await listenOn(server, { host, port: chosen, reusePort });
      }
      watchProgress();
      return chosen;
    },
    async close(graceMs) {
      closing = true;
      cancelWatch?.();
      const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
      for (const server of servers) server.closeIdleConnections();
      await idleWithin(graceMs);
      for (const server of servers) server.closeAllConnections();
      await Promise.all(closed);
    },
  };

  function idleWithin(graceMs: number): Promise<void> {
    if (running.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = clock.after(graceMs, resolve);
      whenIdle = () => {
        cancel();
        resolve();
      };
    });
  }
}

interface Trace<Caller> extends RequestTrace<Caller> {
  service: ServiceName | 'holdfast' | '';
}

function listenOn(
  server: Server,
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
