import { signRequest } from '../src/testing/raw-signing.ts';
import type { S3Server } from '../src/testing/start-s3-server.ts';

/** What a server answers to a request that no SDK would send. */
export interface RawAnswer {
  readonly status: number;
  /** Of the error document; empty where there is none. */
  readonly code: string;
  readonly message: string;
  readonly headers: Headers;
  readonly body: string;
}

/** Sends a request of the root user, signed by hand. `url` is path and query, in canonical encoding. */
export async function rawRequest(
  server: S3Server,
  method: string,
  url: string,
  options: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string } = {},
): Promise<RawAnswer> {
  const { host } = new URL(server.endpoint);
  const { body } = options;
  const signed = signRequest(
    { method, url, headers: { ...options.headers, host }, ...(body === undefined ? {} : { body }) },
    { credentials: server.root, now: Date.now() },
  );
  const { host: _sentByFetch, ...headers } = signed.headers;
  const answer = await fetch(server.endpoint + url, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  });
  const text = await answer.text();
  const element = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? '';
  return {
    status: answer.status,
    code: element('Code'),
    message: element('Message'),
    headers: answer.headers,
    body: text,
  };
}

/** Status, code and message in one line, for tables. */
export async function rawlyRefusedWith(...request: Parameters<typeof rawRequest>): Promise<string> {
  const { status, code, message } = await rawRequest(...request);
  return `${status} ${code} ${message}`;
}
