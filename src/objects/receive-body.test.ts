import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { systemRandom } from '../lib/random.ts';
import { openMemorySite } from '../testing/memory-site.ts';
import { INLINE_BYTES_MAX, openBody } from './body/index.ts';
import type { ExpectedDigests, IncomingBody } from './incoming-body.ts';
import { receiveBody } from './receive-body.ts';

const BYTES_MAX = 1024 * 1024;

const { objects, site } = await openMemorySite({ clock: systemClock, random: systemRandom });
const [region] = site.regions.values();

function incoming(bytes: Buffer, whole: Buffer | undefined, expected?: ExpectedDigests): IncomingBody {
  return {
    chunks: {
      whole: () => whole,
      async *[Symbol.asyncIterator]() {
        yield bytes;
      },
    },
    sizeBytes: bytes.length,
    ...(expected !== undefined && { expected: () => expected }),
  };
}

async function received(body: IncomingBody) {
  if (region === undefined) throw new Error('no region');
  const stored = await receiveBody(objects, region, body, BYTES_MAX);
  const { locator, sealed } = stored;
  const inline = () => Promise.resolve(sealed ?? Buffer.alloc(0));
  const pieces: Buffer[] = [];
  const opened = openBody(locator ? [locator] : [], undefined, objects.keyring, inline, region.blobs);
  for await (const piece of opened) pieces.push(Buffer.from(piece));
  return { stored, read: Buffer.concat(pieces) };
}

it('stores a body that is there in one piece as one that comes in chunks', async () => {
  for (const size of [0, 1, 4096, INLINE_BYTES_MAX, INLINE_BYTES_MAX + 1, 100_000]) {
    const bytes = systemRandom.bytes(size);
    const contentMd5 = createHash('md5').update(bytes).digest('base64');
    const whole = await received(incoming(bytes, bytes, { contentMd5 }));
    const chunks = await received(incoming(bytes, undefined, { contentMd5 }));
    expect(whole.read.equals(bytes)).toBe(true);
    expect(chunks.read.equals(bytes)).toBe(true);
    const { etag, checksum, size: stored, locator } = whole.stored;
    expect({ etag, checksum, size: stored }).toEqual({
      etag: chunks.stored.etag,
      checksum: chunks.stored.checksum,
      size,
    });
    expect(locator?.kind).toBe(size === 0 ? undefined : size <= INLINE_BYTES_MAX ? 'inline' : 'file');
  }
});

it('refuses a body in one piece as it refuses chunks', async () => {
  const bytes = Buffer.from('bytes');
  const short = incoming(bytes, bytes.subarray(1));
  await expect(received(short)).rejects.toMatchObject({ code: 'IncompleteBody' });
  const long = incoming(bytes, Buffer.from('more bytes'));
  await expect(received(long)).rejects.toMatchObject({ code: 'IncompleteBody' });
  const contentMd5 = createHash('md5').update('others').digest('base64');
  for (const whole of [bytes, undefined]) {
    await expect(received(incoming(bytes, whole, { contentMd5 }))).rejects.toMatchObject({
      code: 'BadDigest',
    });
  }
});
