import type { IncomingMessage } from 'node:http';
import { invalidUri } from '../errors/s3.ts';
import type { ByteStream } from '../lib/byte-stream.ts';
import { splitUrl, type WireRequest } from './request.ts';

/** Node's request as the wire layer sees it. A class, not a literal: one shape, and a signal that costs nothing until
 * somebody asks for it. */
export class HttpRequest implements WireRequest {
  readonly method: string;
  readonly rawUrl: string;
  readonly rawPath: string;
  readonly query: ReadonlyMap<string, readonly string[]>;
  readonly headers: Readonly<Record<string, string>>;
  readonly rawHeaders: readonly string[];
  readonly host: string;
  readonly sourceIp: string;
  readonly secure: boolean;
  readonly body: ByteStream;
  readonly #signal: () => AbortSignal;

  /** Throws InvalidURI. */
  constructor(
    request: IncomingMessage,
    options: { secure: boolean; body: ByteStream; signal: () => AbortSignal },
  ) {
    const target = request.url ?? '';
    const rawUrl = target.startsWith('/') ? target : originForm(target, request.headers.host);
    const { rawPath, query } = splitUrl(rawUrl);
    this.method = request.method ?? 'GET';
    this.rawUrl = rawUrl;
    this.rawPath = rawPath;
    this.query = query;
    this.headers = plainHeaders(request);
    this.rawHeaders = request.rawHeaders;
    this.host = this.headers['host'] ?? '';
    this.sourceIp = sourceIpOf(request);
    this.secure = options.secure;
    this.body = options.body;
    this.#signal = options.signal;
  }

  get signal(): AbortSignal {
    return this.#signal();
  }
}

/** A proxy's absolute form, which every server must accept (RFC 9112 3.2.2): a client for which we are the proxy reaches
 * us under names that it cannot resolve, as ACCOUNT.localhost. Throws InvalidURI where it names another host than the
 * Host header, which the signature covers. */
function originForm(target: string, host: string | undefined): string {
  const [, authority, rest = ''] = /^https?:\/\/([^/?#]+)(.*)$/s.exec(target) ?? [];
  if (authority === undefined || authority !== host || rest.includes('#')) throw invalidUri(target);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** Node joins repeated headers; set-cookie alone stays a list, and means nothing in a request. */
function plainHeaders(request: IncomingMessage): Readonly<Record<string, string>> {
  const { headers } = request;
  if (isPlain(headers)) return headers;
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : (value ?? ''),
    ]),
  );
}

function isPlain(headers: IncomingMessage['headers']): headers is Record<string, string> {
  return headers['set-cookie'] === undefined;
}

/** IPv4 addresses as such, also where the socket is a dual-stack one. */
export function sourceIpOf(request: IncomingMessage): string {
  const address = request.socket.remoteAddress ?? '';
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}
