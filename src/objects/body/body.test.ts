import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FrameError } from '../../keys/frames.ts';
import { makeKeyring } from '../../keys/keyring.ts';
import { makeMasterKey } from '../../keys/master-key.ts';
import { CHECKSUM_ALGORITHMS, checksumOf } from '../../lib/checksums/index.ts';
import { systemRandom } from '../../lib/random.ts';
import { type BlobStore, READ_CHUNK_BYTES } from '../../store/blobs/blob-store.ts';
import { openFileBlobStore } from '../../store/blobs/file-blob-store.ts';
import { MemoryBlobDisk, MemoryBlobStore } from '../../store/blobs/memory-blob-store.ts';
import { StoreUnavailableError } from '../../store/kv/key-value-store.ts';
import type { Locator } from '../../store/tables/rows.ts';
import {
  type FinishedBody,
  HashingThreads,
  INLINE_BYTES_MAX,
  openBody,
  openSink,
  type SinkOptions,
} from './index.ts';

const keyring = makeKeyring([makeMasterKey(systemRandom.bytes(32))]);
const noise = systemRandom.bytes(3 * 1024 * 1024 + 77);
const sizes = fc.oneof(
  fc.nat(100),
  fc.integer({ min: INLINE_BYTES_MAX - 1, max: INLINE_BYTES_MAX + 1 }),
  fc.nat(200_000),
  fc.constantFrom(65_536, 65_537, 131_072, 1_048_576, 1_048_577, noise.length),
);
const cuts = fc.integer({ min: 50, max: 300_000 });

async function store(options: SinkOptions, body: Buffer, cut = 65_536): Promise<FinishedBody> {
  const sink = await openSink(options);
  for (let start = 0; start < body.length; start += cut) await sink.write(body.subarray(start, start + cut));
  return sink.finish();
}

function locate({ size, stored }: FinishedBody): { locators: Locator[]; inline: () => Promise<Buffer> } {
  const inline = () => Promise.resolve(stored.kind === 'inline' ? stored.sealed : Buffer.alloc(0));
  if (stored.kind === 'empty') return { locators: [], inline };
  if (stored.kind === 'inline') return { locators: [{ kind: 'inline', size, key: stored.key }], inline };
  return { locators: [{ kind: 'file', size, blob: stored.blob, key: stored.key }], inline };
}

async function gather(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function files(blobs: BlobStore): Promise<number> {
  let count = 0;
  for await (const id of blobs.orphanCandidates(new Set())) count += id.length > 0 ? 1 : 0;
  return count;
}

/** 0 where the platform does not tell. */
async function openFiles(): Promise<number> {
  return (await readdir('/proc/self/fd').catch(() => [])).length;
}

let directory = '';
let blobs: BlobStore;
let threads: HashingThreads;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-body-'));
  blobs = await openFileBlobStore(directory, 'one', systemRandom);
  threads = new HashingThreads(2);
});
afterAll(async () => {
  await threads.close();
  await rm(directory, { recursive: true });
});

describe('a body', () => {
  it('comes out as it went in, whole and by range, hashed right, whichever way it took', async () => {
    const algorithms = fc.subarray([...CHECKSUM_ALGORITHMS]);
    const ways = fc.record({
      threaded: fc.boolean(),
      said: fc.constantFrom('nothing', 'the truth', 'too little'),
    });
    await fc.assert(
      fc.asyncProperty(
        sizes,
        cuts,
        algorithms,
        ways,
        fc.nat(),
        fc.nat(),
        async (size, cut, wanted, way, one, two) => {
          const body = noise.subarray(0, size);
          const options: SinkOptions = {
            algorithms: wanted,
            region: { blobs },
            keyring,
            ...(way.threaded ? { threads } : {}),
            ...(way.said === 'nothing' ? {} : { expectedSize: way.said === 'the truth' ? size : 1 }),
          };
          const finished = await store(options, body, cut);
          expect(finished.size).toBe(size);
          expect(finished.md5Hex).toBe(createHash('md5').update(body).digest('hex'));
          expect([...finished.checksums]).toEqual(
            wanted.map((algorithm) => [algorithm, checksumOf(algorithm, body).toString('base64')]),
          );
          expect(finished.stored.kind).toBe(
            size === 0 ? 'empty' : size <= INLINE_BYTES_MAX ? 'inline' : 'file',
          );
          const { locators, inline } = locate(finished);
          expect((await gather(openBody(locators, undefined, keyring, inline, blobs))).equals(body)).toBe(
            true,
          );
          const [start, end] = [
            Math.min(one % (size + 1), two % (size + 1)),
            Math.max(one % (size + 1), two % (size + 1)),
          ];
          const part = await gather(openBody(locators, { start, end }, keyring, inline, blobs));
          expect(part.equals(body.subarray(start, end))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('of several parts reads across their borders', async () => {
    const options = { algorithms: [], region: { blobs }, keyring, threads };
    const lengths = [3000, 100_000, 70_000, 10];
    const inlineBytes = new Map<number, Buffer>();
    const locators: Locator[] = [];
    for (const [part, length] of lengths.entries()) {
      const finished = await store(options, noise.subarray(0, length));
      if (finished.stored.kind === 'inline') inlineBytes.set(part, finished.stored.sealed);
      locators.push(...locate(finished).locators);
    }
    const whole = Buffer.concat(lengths.map((length) => noise.subarray(0, length)));
    const inline = (part: number) => Promise.resolve(inlineBytes.get(part) ?? Buffer.alloc(0));
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), fc.nat(whole.length), async (one, two) => {
        const [start, end] = [Math.min(one, two), Math.max(one, two)];
        const read = await gather(openBody(locators, { start, end }, keyring, inline, blobs));
        expect(read.equals(whole.subarray(start, end))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('uploads many at once without mixing them', async () => {
    const options = { algorithms: ['CRC64NVME', 'SHA256'] as const, region: { blobs }, keyring, threads };
    const bodies = Array.from({ length: 12 }, (_, number) =>
      noise.subarray(number, 1_500_000 + number * 1000),
    );
    const finished = await Promise.all(bodies.map((body) => store(options, body)));
    for (const [number, body] of bodies.entries()) {
      expect(finished[number]?.checksums.get('CRC64NVME')).toBe(
        checksumOf('CRC64NVME', body).toString('base64'),
      );
    }
  });

  it('leaves nothing behind when it is aborted, on the loop or on a thread', async () => {
    const before = await files(blobs);
    for (const expectedSize of [10, 100_000, noise.length]) {
      const sink = await openSink({ algorithms: [], region: { blobs }, keyring, threads, expectedSize });
      await sink.write(noise.subarray(0, expectedSize));
      await sink.abort();
    }
    expect(await files(blobs)).toBe(before);
  });

  it('is not served when its bytes were changed or cut', async () => {
    const disk = new MemoryBlobDisk();
    const memory = new MemoryBlobStore(disk, 'one', systemRandom);
    const finished = await store(
      { algorithms: [], region: { blobs: memory }, keyring },
      noise.subarray(0, 200_000),
    );
    const { locators, inline } = locate(finished);
    const [file] = disk.files.values();
    const sealed = Buffer.concat(file?.bytes ?? []);
    const change = (bytes: Buffer) => file?.bytes.splice(0, file.bytes.length, bytes);
    const read = (range?: { start: number; end: number }) =>
      gather(openBody(locators, range, keyring, inline, memory));

    const flipped = Buffer.from(sealed);
    flipped[150_000] = (flipped[150_000] ?? 0) ^ 1;
    change(flipped);
    await expect(read()).rejects.toThrow(FrameError);
    await expect(read({ start: 0, end: 60_000 })).resolves.toHaveLength(60_000);
    change(sealed.subarray(0, 150_000));
    await expect(read()).rejects.toThrow('ends at');
    change(sealed);
    await expect(read()).resolves.toHaveLength(200_000);
  });

  it('answers that the store is unavailable when the disk refuses, and leaves nothing', async () => {
    const disk = new MemoryBlobDisk();
    const memory = new MemoryBlobStore(disk, 'one', systemRandom);
    const sink = await openSink({
      algorithms: [],
      region: { blobs: memory },
      keyring,
      expectedSize: noise.length,
    });
    disk.refuses = { reads: false, writes: true };
    await expect(Promise.resolve(sink.write(noise))).rejects.toThrow(StoreUnavailableError);
    await sink.abort();
    expect(disk.files.size).toBe(0);
  });

  it('that a reader stops reading closes its file', async () => {
    const finished = await store({ algorithms: [], region: { blobs }, keyring }, noise);
    const { locators, inline } = locate(finished);
    const before = await openFiles();
    for (let turn = 0; turn < 20; turn++) {
      for await (const chunk of openBody(locators, undefined, keyring, inline, blobs)) {
        expect(chunk.length).toBeLessThanOrEqual(READ_CHUNK_BYTES);
        break;
      }
    }
    expect(await openFiles()).toBeLessThanOrEqual(before + 2);
  });
});
