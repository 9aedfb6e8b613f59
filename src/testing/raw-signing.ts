import { createHash, createHmac } from 'node:crypto';

// Signs requests by hand, step by step as AWS's documentation describes it and apart from the code under test, so
// that tests can leave any step out or do it wrong. What SDKs can send is better sent through an SDK.

export interface RawCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface RawRequest {
  readonly method: string;
  /** Percent-encoded, with the query. */
  readonly url: string;
  /** Lower-case names; must hold `host`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

export interface SigningOptions {
  readonly credentials: RawCredentials;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly region?: string;
  readonly service?: string;
  /** Instead of the SHA-256 of the body. */
  readonly payload?: string;
  /** Headers to leave out of the signature. */
  readonly unsigned?: readonly string[];
}

export interface SignedRawRequest extends RawRequest {
  readonly signature: string;
}

export function sha256Hex(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: Uint8Array | string, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

export function signingKeyOf(secretAccessKey: string, scope: string): Buffer {
  const [date = '', region = '', service = '', terminator = ''] = scope.split('/');
  return hmac(hmac(hmac(hmac(`AWS4${secretAccessKey}`, date), region), service), terminator);
}

export function amzDateOf(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

export function scopeOf(options: SigningOptions): string {
  const { now, region = 'us-east-1', service = 's3' } = options;
  return `${amzDateOf(now).slice(0, 8)}/${region}/${service}/aws4_request`;
}

function encodeComponent(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function canonicalQueryOf(query: string): string {
  const pairs: [string, string][] = [...new URLSearchParams(query)].map(([name, value]) => [
    encodeComponent(name),
    encodeComponent(value),
  ]);
  return pairs
    .toSorted(([a, v], [b, w]) => (a === b ? (v < w ? -1 : 1) : a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function signatureOf(
  request: RawRequest,
  options: SigningOptions,
  signedHeaders: readonly string[],
  payload: string,
): string {
  const [path = '', query = ''] = request.url.split('?', 2);
  const headers = signedHeaders.map((name) => `${name}:${(request.headers[name] ?? '').trim()}\n`).join('');
  const canonical = [
    request.method,
    path,
    canonicalQueryOf(query),
    headers,
    signedHeaders.join(';'),
    payload,
  ];
  const stringToSign = [
    'AWS4-HMAC-SHA256',
    amzDateOf(options.now),
    scopeOf(options),
    sha256Hex(canonical.join('\n')),
  ].join('\n');
  const key = signingKeyOf(options.credentials.secretAccessKey, scopeOf(options));
  return hmac(key, stringToSign).toString('hex');
}

/** Adds date, content hash, token and Authorization. Paths must be given in their canonical encoding. */
export function signRequest(request: RawRequest, options: SigningOptions): SignedRawRequest {
  const { credentials, now, unsigned = [] } = options;
  const payload = options.payload ?? sha256Hex(request.body ?? '');
  const headers: Record<string, string> = {
    ...request.headers,
    'x-amz-date': amzDateOf(now),
    'x-amz-content-sha256': payload,
    ...(credentials.sessionToken === undefined ? {} : { 'x-amz-security-token': credentials.sessionToken }),
  };
  const signedHeaders = Object.keys(headers)
    .filter((name) => !unsigned.includes(name))
    .toSorted();
  const signature = signatureOf({ ...request, headers }, options, signedHeaders, payload);
  const credential = `${credentials.accessKeyId}/${scopeOf(options)}`;
  headers['authorization'] =
    `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`;
  return { ...request, headers, signature };
}

/** Puts the signature into the query; all given headers are signed. */
export function presignRequest(
  request: RawRequest,
  options: SigningOptions & { readonly expiresSeconds: number },
): RawRequest {
  const { credentials, now, expiresSeconds, unsigned = [] } = options;
  const signedHeaders = Object.keys(request.headers)
    .filter((name) => !unsigned.includes(name))
    .toSorted();
  const parameters = [
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    `X-Amz-Credential=${encodeComponent(`${credentials.accessKeyId}/${scopeOf(options)}`)}`,
    `X-Amz-Date=${amzDateOf(now)}`,
    `X-Amz-Expires=${expiresSeconds}`,
    ...(credentials.sessionToken === undefined
      ? []
      : [`X-Amz-Security-Token=${encodeComponent(credentials.sessionToken)}`]),
    `X-Amz-SignedHeaders=${encodeComponent(signedHeaders.join(';'))}`,
  ].join('&');
  const url = `${request.url}${request.url.includes('?') ? '&' : '?'}${parameters}`;
  const payload = options.payload ?? 'UNSIGNED-PAYLOAD';
  const signature = signatureOf({ ...request, url }, options, signedHeaders, payload);
  return { ...request, url: `${url}&X-Amz-Signature=${signature}` };
}

export interface ChunkingOptions {
  readonly chunkBytes: number;
  /** Seed signature and keys; absent for unsigned chunks. */
  readonly signed?: SigningOptions & { readonly seed: string };
  /** Trailing headers in the order sent. */
  readonly trailers?: Readonly<Record<string, string>>;
}

/** Wraps content in aws-chunked framing. */
export function chunkedBody(content: Uint8Array, options: ChunkingOptions): Buffer {
  const { chunkBytes, signed, trailers } = options;
  const parts: (Uint8Array | string)[] = [];
  let previous = signed?.seed ?? '';
  const sign = (kind: string, hashes: string): string => {
    if (signed === undefined) return '';
    const scope = scopeOf(signed);
    const text = [`AWS4-HMAC-SHA256-${kind}`, amzDateOf(signed.now), scope, previous, hashes].join('\n');
    previous = hmac(signingKeyOf(signed.credentials.secretAccessKey, scope), text).toString('hex');
    return previous;
  };
  for (let at = 0; ; at += chunkBytes) {
    const chunk = content.subarray(at, at + chunkBytes);
    const signature = sign('PAYLOAD', `${sha256Hex('')}\n${sha256Hex(chunk)}`);
    const extension = signed === undefined ? '' : `;chunk-signature=${signature}`;
    parts.push(`${chunk.length.toString(16)}${extension}\r\n`);
    if (chunk.length === 0) break;
    parts.push(chunk, '\r\n');
  }
  if (trailers !== undefined) {
    const lines = Object.entries(trailers).map(([name, value]) => `${name}:${value}`);
    parts.push(...lines.map((line) => `${line}\r\n`));
    const signature = sign(
      'TRAILER',
      sha256Hex(
        lines
          .toSorted()
          .map((line) => `${line}\n`)
          .join(''),
      ),
    );
    if (signed !== undefined) parts.push(`x-amz-trailer-signature:${signature}\r\n`);
  }
  parts.push('\r\n');
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}
