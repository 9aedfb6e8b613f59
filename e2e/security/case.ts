import { createHash } from 'node:crypto';
import {
  presignRequest,
  type RawRequest,
  type SigningOptions,
  signRequest,
} from '../../src/testing/raw-signing.ts';
import type { Person } from './people.ts';
import type { World } from './world.ts';

/** One request that must not get in. */
export interface SecurityCase {
  readonly what: string;
  readonly send: (world: World) => RawRequest;
  readonly status: number;
  /** AWS's code; undefined where the answer has no body (HEAD). */
  readonly code: string | undefined;
}

export const MINUTE_MS = 60_000;

export interface Ask {
  readonly method?: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** A request as it would be sent unsigned. */
export function ask(world: World, { method = 'GET', url, headers = {}, body }: Ask): RawRequest {
  return {
    method,
    url,
    headers: { host: world.host, ...headers },
    ...(body === undefined ? {} : { body }),
  };
}

export function signedBy(
  person: Person,
  request: Ask,
  options: Partial<SigningOptions> = {},
): (world: World) => RawRequest {
  return (world) =>
    signRequest(ask(world, request), { credentials: world.keys[person], now: world.clock.now(), ...options });
}

export function presignedBy(
  person: Person,
  request: Ask,
  options: Partial<SigningOptions> & { readonly expiresSeconds?: number } = {},
): (world: World) => RawRequest {
  return (world) =>
    presignRequest(ask(world, request), {
      credentials: world.keys[person],
      now: world.clock.now(),
      expiresSeconds: 300,
      ...options,
    });
}

/** Changes a request after it was signed. */
export function changed(
  send: (world: World) => RawRequest,
  change: (request: RawRequest) => RawRequest,
): (world: World) => RawRequest {
  return (world) => change(send(world));
}

export const withHeader =
  (name: string, value: string | undefined) =>
  (request: RawRequest): RawRequest => {
    const { [name]: _, ...headers } = request.headers;
    return { ...request, headers: value === undefined ? headers : { ...headers, [name]: value } };
  };

export const withAuthorization =
  (from: string | RegExp, to: string) =>
  (request: RawRequest): RawRequest =>
    withHeader('authorization', (request.headers['authorization'] ?? '').replace(from, to))(request);

export const withUrl =
  (from: string | RegExp, to: string) =>
  (request: RawRequest): RawRequest => ({ ...request, url: request.url.replace(from, to) });

export const withMethod =
  (method: string) =>
  (request: RawRequest): RawRequest => ({ ...request, method });

export const withBody =
  (body: string | Uint8Array) =>
  (request: RawRequest): RawRequest => ({ ...request, body });

export function md5Base64(text: string): string {
  return createHash('md5').update(text).digest('base64');
}

/** A call of IAM or STS in the query protocol. */
export function action(name: string, parameters: Readonly<Record<string, string>> = {}): Ask {
  const version = STS_ACTIONS.has(name) ? '2011-06-15' : '2010-05-08';
  return {
    method: 'POST',
    url: '/',
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: new URLSearchParams({ Action: name, Version: version, ...parameters }).toString(),
  };
}

const STS_ACTIONS = new Set(['AssumeRole', 'GetCallerIdentity', 'GetSessionToken']);
