import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HmacKey } from '../../lib/hmac-key.ts';
import { freeable, recycle } from '../../lib/recycle.ts';
import { amzDateOf, chunkedBody, scopeOf, signingKeyOf } from '../../testing/raw-signing.ts';
import type { Payload } from './authenticated.ts';
import { openBody } from './open-body.ts';

const NOW = Date.UTC(2026, 10, 21);
const SEED = 'ab'.repeat(32);
const signed = { credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' }, now: NOW, seed: SEED };
const TRAILER = { 'x-amz-checksum-crc32': 'AAAAAA==' };

function payload(trailer: boolean): Payload {
  const scope = scopeOf(signed);
  const signingKey = new HmacKey(signingKeyOf(signed.credentials.secretAccessKey, scope));
  return {
    mode: 'signed-chunks',
    trailer,
    seed: { accessKeyId: 'AKIATEST', signature: SEED, signingKey, amzDate: amzDateOf(NOW), scope },
  };
}

/** `0;chunk-signature=` and 64 hex digits with two line ends. */
const LAST_CHUNK_BYTES = 86;

const unsigned: Payload = { mode: 'unsigned-chunks', trailer: true };

function headers(contentLength: number, trailer: boolean): Record<string, string> {
  return {
    'x-amz-decoded-content-length': String(contentLength),
    ...(trailer ? { 'x-amz-trailer': 'x-amz-checksum-crc32' } : {}),
  };
}

/** Each in memory of its own, which is freed as soon as its bytes have been read, as those of a request are. */
async function* pieces(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (let index = 0; at < bytes.length; index += 1) {
    const size = sizes[index % sizes.length] ?? bytes.length;
    yield freeable(Buffer.from(new Uint8Array(bytes.subarray(at, at + size)).buffer));
    at += size;
  }
}

async function read(
  body: Buffer,
  mode: Payload,
  given: Record<string, string>,
  sizes: readonly number[] = [1 << 20],
): Promise<{ content: Buffer; trailers: ReadonlyMap<string, string> }> {
  const opened = openBody(pieces(body, sizes), mode, given);
  const parts: Buffer[] = [];
  for await (const part of opened.body) {
    parts.push(Buffer.from(part));
    recycle(part);
  }
  return { content: Buffer.concat(parts), trailers: opened.trailers };
}

describe('aws-chunked', () => {
  it('comes out as it went in, however the network cuts it', () =>
    fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 60_000 }),
        fc.constantFrom(8192, 10_000, 65_536),
        fc.boolean(),
        fc.boolean(),
        fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 5 }),
        async (length, chunkBytes, isSigned, trailer, sizes) => {
          const content = Buffer.alloc(length, 'holdfast');
          const withTrailer = trailer || !isSigned;
          const body = chunkedBody(content, {
            chunkBytes,
            ...(isSigned ? { signed } : {}),
            ...(withTrailer ? { trailers: TRAILER } : {}),
          });
          const mode = isSigned ? payload(withTrailer) : unsigned;
          const result = await read(body, mode, headers(length, withTrailer), sizes);
          expect(result.content.equals(content)).toBe(true);
          expect(Object.fromEntries(result.trailers)).toEqual(withTrailer ? TRAILER : {});
        },
      ),
      { numRuns: 200 },
    ));

  it('notices any byte changed in a signed body', () => {
    const content = Buffer.alloc(20_000, 'holdfast');
    const good = chunkedBody(content, { chunkBytes: 8192, signed, trailers: TRAILER });
    return fc.assert(
      fc.asyncProperty(
        fc.nat({ max: good.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, flip) => {
          const bad = Buffer.from(good);
          bad[at] = (bad[at] ?? 0) ^ flip;
          const outcome = await read(bad, payload(true), headers(content.length, true)).then(
            (result) =>
              result.content.equals(content) && result.trailers.get('x-amz-checksum-crc32') === 'AAAAAA==',
            () => true,
          );
          expect(outcome).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('notices any cut', () => {
    const content = Buffer.alloc(20_000, 'holdfast');
    const good = chunkedBody(content, { chunkBytes: 8192, signed, trailers: TRAILER });
    return fc.assert(
      fc.asyncProperty(fc.nat({ max: good.length - 3 }), async (length) => {
        await expect(
          read(good.subarray(0, length), payload(true), headers(content.length, true)),
        ).rejects.toMatchObject({ code: expect.any(String) });
      }),
      { numRuns: 200 },
    );
  });

  it('refuses chunks in another order, twice, or left out', async () => {
    const content = Buffer.concat([
      Buffer.alloc(8192, 'a'),
      Buffer.alloc(8192, 'b'),
      Buffer.alloc(8192, 'c'),
    ]);
    const good = chunkedBody(content, { chunkBytes: 8192, signed });
    const chunk = (good.length - LAST_CHUNK_BYTES) / 3;
    const part = (index: number) => good.subarray(index * chunk, (index + 1) * chunk);
    const end = good.subarray(3 * chunk);
    for (const order of [
      [1, 0, 2],
      [0, 0, 1, 2],
      [0, 2],
      [0, 1],
    ]) {
      const body = Buffer.concat([...order.map(part), end]);
      await expect(read(body, payload(false), headers(8192 * order.length, false))).rejects.toMatchObject({
        code: 'SignatureDoesNotMatch',
        status: 403,
      });
    }
  });
});

const CONTENT = 'x'.repeat(10);
const refused: [what: string, body: string, given: Record<string, string>, code: string][] = [
  ['no decoded length', `a\r\n${CONTENT}\r\n0\r\n\r\n`, {}, 'MissingContentLength'],
  ['a bad decoded length', '0\r\n\r\n', { 'x-amz-decoded-content-length': '-1' }, 'InvalidArgument'],
  ['a size that is no number', `zz\r\n${CONTENT}\r\n0\r\n\r\n`, headers(10, false), 'IncompleteBody'],
  ['a negative size', `-a\r\n${CONTENT}\r\n0\r\n\r\n`, headers(10, false), 'IncompleteBody'],
  ['a size beyond integers', 'ffffffffffffffff\r\n', headers(10, false), 'IncompleteBody'],
  ['an endless size line', '0'.repeat(5000), headers(10, false), 'IncompleteBody'],
  ['a bare line feed', `a\n${CONTENT}\r\n0\r\n\r\n`, headers(10, false), 'IncompleteBody'],
  ['no line end after the content', `a\r\n${CONTENT}yy0\r\n\r\n`, headers(10, false), 'IncompleteBody'],
  ['more than declared', `a\r\n${CONTENT}\r\n0\r\n\r\n`, headers(9, false), 'IncompleteBody'],
  ['less than declared', `a\r\n${CONTENT}\r\n0\r\n\r\n`, headers(11, false), 'IncompleteBody'],
  ['no last chunk', `a\r\n${CONTENT}\r\n`, headers(10, false), 'IncompleteBody'],
  ['no end after the last chunk', `a\r\n${CONTENT}\r\n0\r\n`, headers(10, false), 'IncompleteBody'],
  [
    'a small chunk before another',
    `5\r\nxxxxx\r\n5\r\nxxxxx\r\n0\r\n\r\n`,
    headers(10, false),
    'InvalidChunkSizeError',
  ],
  [
    'a trailer that is no header',
    `a\r\n${CONTENT}\r\n0\r\nnonsense\r\n\r\n`,
    headers(10, true),
    'MalformedTrailerError',
  ],
  [
    'a trailer that was not announced',
    `a\r\n${CONTENT}\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n`,
    headers(10, false),
    'MalformedTrailerError',
  ],
  [
    'no trailer where one was announced',
    `a\r\n${CONTENT}\r\n0\r\n\r\n`,
    headers(10, true),
    'MalformedTrailerError',
  ],
  [
    'a trailer twice',
    `a\r\n${CONTENT}\r\n0\r\nx-amz-checksum-crc32:A\r\nx-amz-checksum-crc32:B\r\n\r\n`,
    headers(10, true),
    'MalformedTrailerError',
  ],
  [
    'an endless trailer',
    `a\r\n${CONTENT}\r\n0\r\nx-amz-checksum-crc32:${'A'.repeat(5000)}\r\n\r\n`,
    headers(10, true),
    'MalformedTrailerError',
  ],
  [
    'a trailer that is no checksum',
    `0\r\n\r\n`,
    { ...headers(0, false), 'x-amz-trailer': 'x-amz-acl' },
    'InvalidRequest',
  ],
];

describe('an aws-chunked body with', () => {
  it.each(refused)('%s is refused', async (_what, body, given, code) => {
    const attempt = async () => read(Buffer.from(body), unsigned, given, [7]);
    await expect(attempt()).rejects.toMatchObject({ code });
  });
});

describe('a signed aws-chunked body', () => {
  it('needs a signature on every chunk and on the trailer', async () => {
    const bare = Buffer.from(`a\r\n${CONTENT}\r\n0\r\n\r\n`);
    await expect(read(bare, payload(false), headers(10, false))).rejects.toMatchObject({
      code: 'SignatureDoesNotMatch',
    });
    const good = chunkedBody(Buffer.from(CONTENT), { chunkBytes: 8192, signed, trailers: TRAILER });
    const stripped = Buffer.from(
      good.toString('latin1').replace(/x-amz-trailer-signature:[0-9a-f]+\r\n/, ''),
      'latin1',
    );
    await expect(read(stripped, payload(true), headers(10, true))).rejects.toMatchObject({
      code: 'SignatureDoesNotMatch',
    });
  });

  it('gives a one-piece chunk out as a view, uncopied', async () => {
    const body = chunkedBody(Buffer.alloc(65_536, 'a'), { chunkBytes: 65_536, signed });
    const whole = (async function* () {
      yield body;
    })();
    const opened = openBody(whole, payload(false), headers(65_536, false));
    for await (const part of opened.body) expect(part.buffer).toBe(body.buffer);
  });
});

describe('a body with a declared hash or length', () => {
  const SHA256_OF_ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

  it('passes when it is what was declared', async () => {
    const result = await read(
      Buffer.from('abc'),
      { mode: 'exact', sha256: SHA256_OF_ABC },
      { 'content-length': '3' },
      [1],
    );
    expect(result.content.toString()).toBe('abc');
  });

  it.each([
    ['abd', '3', 'XAmzContentSHA256Mismatch'],
    ['', '0', 'XAmzContentSHA256Mismatch'],
    ['ab', '3', 'IncompleteBody'],
  ])('%j of length %s is %s', async (text, length, code) => {
    await expect(
      read(Buffer.from(text), { mode: 'exact', sha256: SHA256_OF_ABC }, { 'content-length': length }),
    ).rejects.toMatchObject({ code, status: 400 });
  });

  it('counts an unsigned body, too', async () => {
    await expect(
      read(Buffer.from('ab'), { mode: 'unsigned' }, { 'content-length': '3' }),
    ).rejects.toMatchObject({
      code: 'IncompleteBody',
    });
  });
});
