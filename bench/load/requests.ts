import { hash } from 'node:crypto';
import { signRequest } from '../../src/command-line/sign-request.ts';

export interface Target {
  readonly port: number;
  /** Absent: requests are not signed (the bare server). */
  readonly keys?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly region: string;
}

export interface PreparedRequest {
  readonly head: Buffer;
  readonly body?: Buffer;
}

/** Bytes ready to be sent, signed ahead of the measured time. The payload is signed (its SHA-256 is in the signature). */
export function prepare(
  target: Target,
  request: {
    readonly method: string;
    readonly path: string;
    readonly query?: string;
    readonly body?: Buffer;
  },
  nowMs: number,
  payloadHash: string = hash('sha256', request.body ?? Buffer.alloc(0)),
): PreparedRequest {
  const host = `localhost:${target.port}`;
  const headers =
    target.keys === undefined
      ? { host }
      : signRequest(
          {
            method: request.method,
            host,
            path: request.path,
            ...(request.query !== undefined && { query: request.query }),
            payloadHash,
            region: target.region,
            service: 's3',
            nowMs,
          },
          target.keys,
        );
  const query = request.query === undefined ? '' : `?${request.query}`;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  if (request.body !== undefined) lines.push(`content-length: ${request.body.length}\r\n`);
  const head = Buffer.from(
    `${request.method} ${request.path}${query} HTTP/1.1\r\n${lines.join('')}\r\n`,
    'latin1',
  );
  return request.body === undefined ? { head } : { head, body: request.body };
}
