import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { HttpRequest, SourceData } from '@smithy/types';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../lib/clock.ts';
import { createAuthenticator } from './authenticate.ts';
import type { SignedRequest } from './authenticated.ts';

// The judge is the signer that the AWS SDK for JavaScript itself signs with.

const NOW = Date.UTC(2026, 10, 21, 12, 0, 0);
const SECRET = 'a secret/with+signs';
const clock: Clock = { now: () => NOW, after: () => () => {} };

class Sha256 {
  readonly #secret: SourceData | undefined;
  #parts: Uint8Array[] = [];
  constructor(secret?: SourceData) {
    this.#secret = secret;
  }
  update(data: Uint8Array): void {
    this.#parts.push(typeof data === 'string' ? Buffer.from(data) : data);
  }
  digest(): Promise<Uint8Array> {
    const hash =
      this.#secret === undefined ? createHash('sha256') : createHmac('sha256', asBytes(this.#secret));
    for (const part of this.#parts) hash.update(part);
    return Promise.resolve(hash.digest());
  }
  reset(): void {
    this.#parts = [];
  }
}

function asBytes(data: SourceData): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    : Buffer.from(data);
}

function judge(service: 's3' | 'iam') {
  return new SignatureV4({
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: SECRET },
    region: 'ap-south-1',
    service,
    sha256: Sha256,
    uriEscapePath: service !== 's3',
    applyChecksum: service === 's3',
  });
}

const authenticator = createAuthenticator({
  clock,
  credentials: {
    lookup: (id) => (id === 'AKIATEST' ? { secretAccessKey: SECRET, principal: id } : undefined),
  },
});

const verify = (request: SignedRequest, service: 's3' | 'iam' = 's3') =>
  authenticator.authenticate(request, { service, dialect: service === 's3' ? 's3' : 'query' });

const keyText = fc
  .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
  .map((text) => text.toWellFormed());
const path = keyText.map((key) => `/bucket/${key.split('/').map(encode).join('/')}`);
// The SDK's signer loses a parameter of this name.
const parameterName = keyText.filter((name) => name !== '__proto__');
const query = fc.dictionary(parameterName, keyText, { maxKeys: 4 });
const metadata = fc.dictionary(
  fc.stringMatching(/^x-amz-meta-[a-z0-9-]{1,8}$/),
  fc.stringMatching(/^[!-~]{1,10}( {1,3}[!-~]{1,10})?$/),
  { maxKeys: 3 },
);

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

interface Sample {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly headers: Record<string, string>;
  readonly body: string;
}

const sample: fc.Arbitrary<Sample> = fc.record({
  method: fc.constantFrom('GET', 'PUT', 'DELETE', 'POST', 'HEAD'),
  path,
  query,
  headers: metadata,
  body: fc.string({ maxLength: 30 }),
});

function unsignedRequest({ method, path: target, query: parameters, headers, body }: Sample): HttpRequest {
  return {
    method,
    protocol: 'https:',
    hostname: 'localhost',
    path: target,
    query: { ...parameters },
    headers: { ...headers, host: 'localhost:9000' },
    body,
  };
}

function received(request: HttpRequest): SignedRequest {
  const parts = Object.entries(request.query ?? {}).map(
    ([name, value]) => `${encode(name)}=${encode(String(value))}`,
  );
  return {
    method: request.method,
    rawUrl: `${request.path}${parts.length > 0 ? `?${parts.join('&')}` : ''}`,
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value.trim()]),
    ),
    body: Buffer.from(String(request.body ?? '')),
  };
}

async function signed(given: Sample, service: 's3' | 'iam' = 's3'): Promise<SignedRequest> {
  const request = await judge(service).sign(unsignedRequest(given), { signingDate: new Date(NOW) });
  return received(request);
}

async function presigned(given: Sample): Promise<SignedRequest> {
  const request = await judge('s3').presign(
    unsignedRequest({
      ...given,
      body: '',
      headers: { ...given.headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
    }),
    {
      signingDate: new Date(NOW),
      expiresIn: 60,
      unhoistableHeaders: new Set(Object.keys(given.headers)),
    },
  );
  return received(request);
}

describe("what the SDK's signer signs", () => {
  it('passes with a header', () =>
    fc.assert(
      fc.asyncProperty(sample, async (given) => {
        expect(await verify(await signed(given))).toMatchObject({ kind: 'signed', principal: 'AKIATEST' });
      }),
    ));

  it('passes in a URL', () =>
    fc.assert(
      fc.asyncProperty(sample, async (given) => {
        expect(await verify(await presigned(given))).toMatchObject({ authType: 'REST-QUERY-STRING' });
      }),
    ));

  it('passes for a service that encodes twice and hashes the body', () =>
    fc.assert(
      fc.asyncProperty(sample, async (given) => {
        expect(await verify(await signed(given, 'iam'), 'iam')).toMatchObject({ kind: 'signed' });
      }),
    ));
});

/** One change to a signed request that its signature must notice. */
const tampering = fc.constantFrom<[string, (request: SignedRequest) => SignedRequest]>(
  ['method', (request) => ({ ...request, method: request.method === 'GET' ? 'DELETE' : 'GET' })],
  ['path', (request) => ({ ...request, rawUrl: request.rawUrl.replace('/bucket/', '/bucket2/') })],
  ['a slash more', (request) => ({ ...request, rawUrl: request.rawUrl.replace('/bucket/', '/bucket//') })],
  [
    'an encoded slash',
    (request) => ({ ...request, rawUrl: request.rawUrl.replace('/bucket/', '/bucket%2F') }),
  ],
  [
    'a dot segment',
    (request) => ({ ...request, rawUrl: request.rawUrl.replace('/bucket/', '/x/../bucket/') }),
  ],
  [
    'a parameter more',
    (request) => ({ ...request, rawUrl: `${request.rawUrl}${request.rawUrl.includes('?') ? '&' : '?'}acl` }),
  ],
  ['host', (request) => ({ ...request, headers: { ...request.headers, host: 'localhost:9001' } })],
  [
    'a signed header',
    (request) => {
      const name = Object.keys(request.headers).find((key) => key.startsWith('x-amz-meta-')) ?? 'host';
      return { ...request, headers: { ...request.headers, [name]: 'changed' } };
    },
  ],
  [
    'a signed header removed',
    (request) => {
      const name = Object.keys(request.headers).find((key) => key.startsWith('x-amz-meta-')) ?? 'host';
      const { [name]: _, ...headers } = request.headers;
      return { ...request, headers };
    },
  ],
  [
    'an x-amz- header more',
    (request) => ({ ...request, headers: { ...request.headers, 'x-amz-acl': 'public-read' } }),
  ],
);

describe('any change', () => {
  it('breaks a signed request', () =>
    fc.assert(
      fc.asyncProperty(sample, tampering, async (given, [_name, tamper]) => {
        const request = await signed(given);
        await verify(request);
        await expect(verify(tamper(request))).rejects.toMatchObject({
          code: expect.stringMatching(/^(SignatureDoesNotMatch|AccessDenied)$/),
          status: 403,
        });
      }),
      { numRuns: 300 },
    ));

  it('breaks a presigned URL', () =>
    fc.assert(
      fc.asyncProperty(sample, tampering, async (given, [_name, tamper]) => {
        const request = await presigned(given);
        await verify(request);
        await expect(verify(tamper(request))).rejects.toMatchObject({ status: 403 });
      }),
      { numRuns: 300 },
    ));

  it('of the body breaks what a hashed body was signed for', () =>
    fc.assert(
      fc.asyncProperty(sample, async (given) => {
        const request = await signed(given, 'iam');
        const body = Buffer.concat([request.body ?? Buffer.alloc(0), Buffer.from('x')]);
        await expect(verify({ ...request, body }, 'iam')).rejects.toMatchObject({
          code: 'SignatureDoesNotMatch',
        });
        const declared = await signed(given);
        const headers = {
          ...declared.headers,
          'x-amz-content-sha256': createHash('sha256').update('other').digest('hex'),
        };
        await expect(verify({ ...declared, headers })).rejects.toMatchObject({
          code: 'SignatureDoesNotMatch',
        });
      }),
    ));

  it('of any single character of the URL breaks the signature or names another target', () =>
    fc.assert(
      fc.asyncProperty(
        sample,
        fc.nat(),
        fc.constantFrom('a', 'Z', '0', '-', '%41'),
        async (given, at, character) => {
          const request = await signed(given);
          const index = 1 + (at % (request.rawUrl.length - 1));
          const rawUrl = `${request.rawUrl.slice(0, index)}${character}${request.rawUrl.slice(index + 1)}`;
          fc.pre(decodedTarget(rawUrl) !== decodedTarget(request.rawUrl));
          await expect(verify({ ...request, rawUrl })).rejects.toMatchObject({ code: expect.any(String) });
        },
      ),
      { numRuns: 300 },
    ));
});

/** What a URL means; two of the same meaning may be signed alike. */
function decodedTarget(rawUrl: string): string {
  return rawUrl.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
