import { chunkedBody, type RawRequest, sha256Hex, signRequest } from '../../src/testing/raw-signing.ts';
import { ask, md5Base64, type SecurityCase, signedBy, withBody } from './case.ts';
import type { World } from './world.ts';

// Bodies that are not what was signed or declared. None may leave an object behind.

const CONTENT = Buffer.alloc(20_000, 'holdfast ');
const CHUNK_BYTES = 8192;
const CHECKSUM = { 'x-amz-checksum-crc32': 'AAAAAA==' };

interface Chunking {
  readonly payload: string;
  readonly trailers?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly change?: (body: Buffer) => Buffer;
}

/** An upload in signed or unsigned chunks, changed after signing. */
function chunked({ payload, trailers, headers = {}, change = (body) => body }: Chunking) {
  return (world: World): RawRequest => {
    const options = { credentials: world.keys.alice, now: world.clock.now(), payload };
    const request = signRequest(
      ask(world, {
        method: 'PUT',
        url: '/alpha-private/secret.txt',
        headers: {
          'content-encoding': 'aws-chunked',
          'x-amz-decoded-content-length': String(CONTENT.length),
          ...(trailers === undefined ? {} : { 'x-amz-trailer': Object.keys(trailers).join(',') }),
          ...headers,
        },
      }),
      options,
    );
    const signed = payload.includes('HMAC') ? { signed: { ...options, seed: request.signature } } : {};
    const body = chunkedBody(CONTENT, {
      chunkBytes: CHUNK_BYTES,
      ...signed,
      ...(trailers === undefined ? {} : { trailers }),
    });
    return withBody(change(body))(request);
  };
}

const HMAC = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';
const HMAC_TRAILER = `${HMAC}-TRAILER`;
const UNSIGNED_TRAILER = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';

const flip = (at: number) => (body: Buffer) => {
  const changed = Buffer.from(body);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
};
const text = (from: string | RegExp, to: string) => (body: Buffer) =>
  Buffer.from(body.toString('latin1').replace(from, to), 'latin1');
/** Size line, content and line end of the first chunk. */
const firstChunkBytes = (body: Buffer) => body.indexOf('\r\n') + 2 + CHUNK_BYTES + 2;

const row = (what: string, send: SecurityCase['send'], status: number, code: string): SecurityCase => ({
  what,
  send,
  status,
  code,
});

export const chunkCases: SecurityCase[] = [
  row(
    'signed chunks: content of the first changed',
    chunked({ payload: HMAC, change: flip(500) }),
    403,
    'SignatureDoesNotMatch',
  ),
  row(
    'signed chunks: content of the last changed',
    chunked({ payload: HMAC, change: (body) => flip(body.length - 150)(body) }),
    403,
    'SignatureDoesNotMatch',
  ),
  row(
    'signed chunks: a signature changed',
    chunked({ payload: HMAC, change: text(/chunk-signature=./, 'chunk-signature=g') }),
    403,
    'SignatureDoesNotMatch',
  ),
  row(
    'signed chunks: signatures removed',
    chunked({ payload: HMAC, change: text(/;chunk-signature=[0-9a-f]{64}/g, '') }),
    403,
    'SignatureDoesNotMatch',
  ),
  row(
    'signed chunks: the first left out',
    chunked({ payload: HMAC, change: (body) => body.subarray(firstChunkBytes(body)) }),
    403,
    'SignatureDoesNotMatch',
  ),
  row(
    'signed chunks: the first twice',
    chunked({
      payload: HMAC,
      change: (body) => Buffer.concat([body.subarray(0, firstChunkBytes(body)), body]),
    }),
    403,
    'SignatureDoesNotMatch',
  ),
  row(
    'signed chunks: the last left out',
    chunked({ payload: HMAC, change: (body) => body.subarray(0, body.lastIndexOf('0;chunk')) }),
    400,
    'IncompleteBody',
  ),
  row(
    'signed chunks: cut in the middle',
    chunked({ payload: HMAC, change: (body) => body.subarray(0, 10_000) }),
    400,
    'IncompleteBody',
  ),
  row(
    'signed chunks: a size that is no number',
    chunked({ payload: HMAC, change: text(/^2000/, 'xyzw') }),
    400,
    'IncompleteBody',
  ),
  row(
    'signed chunks: more than declared',
    chunked({ payload: HMAC, headers: { 'x-amz-decoded-content-length': '19999' } }),
    400,
    'IncompleteBody',
  ),
  row(
    'signed chunks: less than declared',
    chunked({ payload: HMAC, headers: { 'x-amz-decoded-content-length': '20001' } }),
    400,
    'IncompleteBody',
  ),
  row(
    'signed chunks: no decoded length',
    (world) =>
      signedBy(
        'alice',
        { method: 'PUT', url: '/alpha-private/secret.txt', body: '0\r\n\r\n' },
        { payload: HMAC },
      )(world),
    411,
    'MissingContentLength',
  ),
  row(
    'signed chunks: a trailer that was not announced',
    chunked({ payload: HMAC, change: text(/\r\n\r\n$/, '\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n') }),
    400,
    'MalformedTrailerError',
  ),
  row(
    'signed trailer: the checksum changed',
    chunked({ payload: HMAC_TRAILER, trailers: CHECKSUM, change: text('AAAAAA==', 'AAAAAQ==') }),
    403,
    'SignatureDoesNotMatch',
  ),
  row(
    'signed trailer: its signature removed',
    chunked({
      payload: HMAC_TRAILER,
      trailers: CHECKSUM,
      change: text(/x-amz-trailer-signature:.*\r\n/, ''),
    }),
    403,
    'SignatureDoesNotMatch',
  ),
  row(
    'signed trailer: a checksum that the content has not',
    chunked({ payload: HMAC_TRAILER, trailers: CHECKSUM }),
    400,
    'BadDigest',
  ),
  row(
    'unsigned trailer: a checksum that the content has not',
    chunked({ payload: UNSIGNED_TRAILER, trailers: CHECKSUM }),
    400,
    'BadDigest',
  ),
  row(
    'unsigned trailer: left out',
    chunked({
      payload: UNSIGNED_TRAILER,
      trailers: CHECKSUM,
      change: text(/x-amz-checksum-crc32:.*\r\n/, ''),
    }),
    400,
    'MalformedTrailerError',
  ),
  row(
    'unsigned trailer: not a header',
    chunked({
      payload: UNSIGNED_TRAILER,
      trailers: CHECKSUM,
      change: text(/x-amz-checksum-crc32:/, 'nonsense '),
    }),
    400,
    'MalformedTrailerError',
  ),
  row(
    'elliptic chunks',
    chunked({ payload: 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD' }),
    501,
    'NotImplemented',
  ),
  row(
    'a content hash that is none',
    signedBy(
      'alice',
      { method: 'PUT', url: '/alpha-private/secret.txt', body: 'x' },
      { payload: 'STREAMING' },
    ),
    400,
    'InvalidArgument',
  ),
];

const put = (headers: Record<string, string>, body = 'changed', payload?: string) =>
  signedBy(
    'alice',
    { method: 'PUT', url: '/alpha-private/secret.txt', headers, body },
    payload === undefined ? {} : { payload },
  );
const tagging = '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>';

export const digestCases: SecurityCase[] = [
  row(
    'an object that is not its signed hash',
    put({}, 'changed', sha256Hex('other')),
    400,
    'XAmzContentSHA256Mismatch',
  ),
  row(
    'an empty object under the hash of another',
    put({}, '', sha256Hex('other')),
    400,
    'XAmzContentSHA256Mismatch',
  ),
  row(
    'a large object that is not its signed hash',
    put({}, 'x'.repeat(3_000_000), sha256Hex('other')),
    400,
    'XAmzContentSHA256Mismatch',
  ),
  row('Content-MD5 of another object', put({ 'content-md5': md5Base64('other') }), 400, 'BadDigest'),
  row('Content-MD5 that is none', put({ 'content-md5': 'abc' }), 400, 'InvalidDigest'),
  row('a CRC32 of another object', put({ 'x-amz-checksum-crc32': 'AAAAAA==' }), 400, 'BadDigest'),
  row('a CRC64NVME of another object', put({ 'x-amz-checksum-crc64nvme': 'AAAAAAAAAAA=' }), 400, 'BadDigest'),
  row(
    'a SHA-256 checksum of another object',
    put({ 'x-amz-checksum-sha256': Buffer.from(sha256Hex('other'), 'hex').toString('base64') }),
    400,
    'BadDigest',
  ),
  row('a checksum that is none', put({ 'x-amz-checksum-sha256': 'abc' }), 400, 'InvalidRequest'),
  row(
    'a document that is not its signed hash',
    signedBy(
      'alice',
      { method: 'PUT', url: '/alpha-private/secret.txt?tagging', body: tagging },
      { payload: sha256Hex('other') },
    ),
    400,
    'XAmzContentSHA256Mismatch',
  ),
  row(
    'a document with the Content-MD5 of another',
    signedBy('alice', {
      method: 'PUT',
      url: '/alpha-private/secret.txt?tagging',
      headers: { 'content-md5': md5Base64('other') },
      body: tagging,
    }),
    400,
    'BadDigest',
  ),
  row(
    'a list of deletions that is not its signed hash',
    signedBy('alice', {
      method: 'POST',
      url: '/alpha-private?delete',
      headers: { 'content-md5': md5Base64('x') },
      body: '<Delete><Object><Key>secret.txt</Key></Object></Delete>',
    }),
    400,
    'BadDigest',
  ),
  row(
    'a body sent with a signature for none',
    (world) =>
      withBody('surprise')(signedBy('alice', { method: 'DELETE', url: '/alpha-private/secret.txt' })(world)),
    400,
    'XAmzContentSHA256Mismatch',
  ),
];
