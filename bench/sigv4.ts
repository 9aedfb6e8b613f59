import { createHmac, createSecretKey, hash } from 'node:crypto';
import { HmacKey } from '../src/lib/hmac-key.ts';
import {
  amzDateOf,
  chunkedBody,
  presignRequest,
  scopeOf,
  signingKeyOf,
  signRequest,
} from '../src/testing/raw-signing.ts';
import { createAuthenticator } from '../src/wire/sigv4/authenticate.ts';
import { openBody } from '../src/wire/sigv4/open-body.ts';

// What verifying one request costs, against the bare SHA-256 and HMAC that nobody can leave out; and what undoing
// aws-chunked costs, against the bare hash of the same bytes.

const ROUNDS = 200_000;
const WARM_UP = 20_000;
const now = Date.UTC(2026, 10, 21);
const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const authenticator = createAuthenticator({
  clock: { now: () => now, after: () => () => {} },
  credentials: { lookup: () => ({ secretAccessKey: credentials.secretAccessKey, principal: 1 }) },
});

async function microseconds(task: () => unknown): Promise<number> {
  for (let round = 0; round < WARM_UP; round += 1) await task();
  const start = process.hrtime.bigint();
  for (let round = 0; round < ROUNDS; round += 1) await task();
  return Number(process.hrtime.bigint() - start) / ROUNDS / 1000;
}

const headers = {
  host: 'localhost:9000',
  'content-length': '4096',
  'content-type': 'application/octet-stream',
  'x-amz-checksum-crc32': 'AAAAAA==',
  'x-amz-user-agent': 'aws-sdk-js/3.1169.0',
  'user-agent': 'aws-sdk-js/3.1169.0 ua/2.1 os/linux lang/js',
  'amz-sdk-invocation-id': '6f4a1c1e-32d8-4f4a-8f5e-000000000000',
  'amz-sdk-request': 'attempt=1; max=3',
};
const put = {
  method: 'PUT',
  url: '/bucket/some/folder/key-000001?x-id=PutObject',
  headers,
  body: Buffer.alloc(4096),
};
const options = { credentials, now };
const s3 = { service: 's3', dialect: 's3' } as const;
const signed = signRequest(put, options);
const presigned = presignRequest(
  { method: 'GET', url: '/bucket/key', headers: { host: 'localhost' } },
  { ...options, expiresSeconds: 60 },
);
const received = { method: 'PUT', rawUrl: signed.url, headers: signed.headers };
const receivedUrl = { method: 'GET', rawUrl: presigned.url, headers: presigned.headers };

const key = createSecretKey(Buffer.alloc(32, 1));
const canonical = Buffer.alloc(700, 'a');
const stringToSign = 'a'.repeat(140);

const bare = await microseconds(() => {
  hash('sha256', canonical, 'hex');
  return createHmac('sha256', key).update(stringToSign).digest('hex');
});
const rows: [name: string, value: number, ratio: number][] = [['bare SHA-256 and HMAC', bare, 1]];
for (const [name, request] of [
  ['header', received],
  ['presigned URL', receivedUrl],
] as const) {
  const value = await microseconds(() => authenticator.authenticate(request, s3));
  rows.push([name, value, value / bare]);
}
console.log('verifying one request          µs   × bare');
for (const [name, value, ratio] of rows)
  console.log(`${name.padEnd(26)} ${value.toFixed(2).padStart(6)} ${ratio.toFixed(2).padStart(8)}`);

const CONTENT_BYTES = 16 << 20;
const PIECE_BYTES = 65_536;
const content = Buffer.alloc(CONTENT_BYTES, 'holdfast');

async function* pieces(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

async function mebibytesPerSecond(task: () => unknown): Promise<number> {
  await task();
  const start = process.hrtime.bigint();
  for (let round = 0; round < 20; round += 1) await task();
  return (CONTENT_BYTES * 20) / (1 << 20) / (Number(process.hrtime.bigint() - start) / 1e9);
}

async function drain(body: AsyncIterable<Buffer>): Promise<number> {
  let length = 0;
  for await (const piece of body) length += piece.length;
  return length;
}

const chunkBytes = 65_536;
const signingKey = new HmacKey(signingKeyOf(credentials.secretAccessKey, scopeOf(options)));
const seed = {
  accessKeyId: credentials.accessKeyId,
  signature: signed.signature,
  signingKey,
  amzDate: amzDateOf(now),
  scope: scopeOf(options),
};
const wire = (signedChunks: boolean) =>
  chunkedBody(content, {
    chunkBytes,
    trailers: { 'x-amz-checksum-crc32': 'AAAAAA==' },
    ...(signedChunks ? { signed: { ...options, seed: signed.signature } } : {}),
  });
const chunkHeaders = {
  'x-amz-decoded-content-length': String(CONTENT_BYTES),
  'x-amz-trailer': 'x-amz-checksum-crc32',
};
const signedWire = wire(true);
const unsignedWire = wire(false);
const sha256 = hash('sha256', content, 'hex');

console.log('\nbodies of 16 MiB in pieces of 64 KiB        MiB/s');
const bodies: [string, () => unknown][] = [
  ['bare SHA-256', () => hash('sha256', content)],
  ['declared hash', () => drain(openBody(pieces(content), { mode: 'exact', sha256 }, {}).body)],
  [
    'signed chunks',
    () =>
      drain(openBody(pieces(signedWire), { mode: 'signed-chunks', trailer: true, seed }, chunkHeaders).body),
  ],
  [
    'unsigned chunks with trailer',
    () =>
      drain(openBody(pieces(unsignedWire), { mode: 'unsigned-chunks', trailer: true }, chunkHeaders).body),
  ],
];
for (const [name, task] of bodies)
  console.log(`${name.padEnd(40)} ${(await mebibytesPerSecond(task)).toFixed(0).padStart(8)}`);
