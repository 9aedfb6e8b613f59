import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sealedRange, sealedSize } from '../../../keys/frame-layout.ts';
import { FrameError } from '../../../keys/frames.ts';
import { systemRandom } from '../../../lib/random.ts';
import { recycle } from '../../../lib/recycle.ts';
import { fanOutOf } from '../../../store/blobs/blob-id.ts';
import { BlobMissingError } from '../../../store/blobs/blob-store.ts';
import { type FileBlobStore, openFileBlobStore } from '../../../store/blobs/file-blob-store.ts';
import { StoreUnavailableError } from '../../../store/kv/key-value-store.ts';
import { HashingThreads } from './hashing-threads.ts';
import { READING_BYTES_MAX, READING_BYTES_MIN } from './reading-memory.ts';
import { UPLOAD_BYTES } from './transfer-memory.ts';

let directory = '';
let blobs: FileBlobStore;
let threads: HashingThreads;
const dataKey = systemRandom.bytes(32);
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-threads-'));
  blobs = await openFileBlobStore(directory, 'one', systemRandom);
  threads = new HashingThreads(1);
});
afterEach(async () => {
  await threads.close();
  await rm(directory, { recursive: true, force: true });
});

async function stored(plain: Buffer) {
  const sink = threads.open(blobs.location, [], dataKey);
  await sink.write(plain);
  const { blob } = await sink.finish();
  const range = sealedRange(0, plain.length, plain.length);
  return { location: blobs.location, blob, dataKey, plainSize: plain.length, range };
}

it('reads what it wrote, also when its memory is recycled while it goes on', async () => {
  const plain = systemRandom.bytes(9 * READING_BYTES_MAX + 5);
  const reading = await stored(plain);
  for (const recycled of [false, true, true]) {
    const chunks: Buffer[] = [];
    for await (const chunk of threads.read(reading)) {
      chunks.push(Buffer.from(chunk));
      if (recycled) recycle(chunk);
    }
    expect(Buffer.concat(chunks).equals(plain)).toBe(true);
  }
});

/** The first batch is a small one. */
const THREE_BATCHES_BYTES = READING_BYTES_MIN + 2 * READING_BYTES_MAX;

it('lets a reader stop anywhere', async () => {
  const reading = await stored(systemRandom.bytes(THREE_BATCHES_BYTES));
  for (let chunksMax = 1; chunksMax <= 3; chunksMax++) {
    const lengths: number[] = [];
    for await (const chunk of threads.read(reading)) {
      lengths.push(chunk.length);
      if (lengths.length === chunksMax) break;
    }
    expect(lengths).toEqual([READING_BYTES_MIN, READING_BYTES_MAX, READING_BYTES_MAX].slice(0, chunksMax));
  }
});

it('gives each of many readings less memory', async () => {
  const reading = await stored(systemRandom.bytes(READING_BYTES_MAX));
  const readings = Array.from({ length: 200 }, () => threads.read(reading));
  const lengths = new Set<number | undefined>();
  for (const one of readings) {
    // What was asked for at first, when there were fewer.
    for (let batch = 0; batch < 2; batch++) await one.next();
    const { done, value } = await one.next();
    lengths.add(done === true ? undefined : value?.length);
    await one.return?.();
  }
  expect(lengths).toContain(READING_BYTES_MIN);
  expect(lengths).not.toContain(READING_BYTES_MAX);
});

it('serves no byte of a frame that was changed, and says what is missing', async () => {
  const plain = systemRandom.bytes(THREE_BATCHES_BYTES);
  const reading = await stored(plain);
  const file = await open(join(directory, fanOutOf(reading.blob), reading.blob), 'r+');
  await file.write(Buffer.from('changed'), 0, 7, sealedSize(READING_BYTES_MIN + READING_BYTES_MAX) - 100);
  await file.close();
  let served = 0;
  const read = async () => {
    for await (const chunk of threads.read(reading)) served += chunk.length;
  };
  await expect(read()).rejects.toThrow(FrameError);
  expect(served).toBe(READING_BYTES_MIN);
  await blobs.remove(reading.blob);
  await expect(read()).rejects.toThrow(BlobMissingError);
});

it('fails a reading when its thread dies', async () => {
  const reading = threads.read(await stored(systemRandom.bytes(5 * READING_BYTES_MAX)));
  await reading.next();
  await threads.close();
  const rest = async () => {
    for await (const chunk of reading) expect(chunk.length).toBeGreaterThan(0);
  };
  await expect(rest()).rejects.toThrow(StoreUnavailableError);
});

it('makes a fast writer wait for the thread', async () => {
  const sink = threads.open(blobs.location, [], dataKey);
  const chunk = Buffer.alloc(20 * UPLOAD_BYTES);
  const waiting = sink.write(chunk);
  expect(waiting).toBeInstanceOf(Promise);
  await waiting;
  const { blob } = await sink.finish();
  await blobs.remove(blob);
});

it('says that the store is unavailable when the directory is gone, and goes on with the next upload', async () => {
  const sink = threads.open({ directory: join(directory, 'missing'), incarnation: 'one' }, [], dataKey);
  await expect(sink.finish()).rejects.toThrow(StoreUnavailableError);
  await sink.abort();
  const next = threads.open(blobs.location, [], dataKey);
  await next.write(Buffer.from('x'));
  expect((await next.finish()).md5Hex).toBe('9dd4e461268c8034f5c8564e155c67a6');
});

it('fails a waiting write when it is aborted meanwhile', async () => {
  const sink = threads.open(blobs.location, [], dataKey);
  const waiting = Promise.resolve(sink.write(Buffer.alloc(50 * UPLOAD_BYTES)));
  const [written] = await Promise.allSettled([waiting, sink.abort()]);
  expect(written).toMatchObject({ status: 'rejected', reason: { message: 'The upload was aborted.' } });
});

it('fails its uploads when a thread dies, and takes no more once closed', async () => {
  const sink = threads.open(blobs.location, [], dataKey);
  await sink.write(Buffer.from('x'));
  await threads.close();
  await expect(sink.finish()).rejects.toThrow(StoreUnavailableError);
  await sink.abort();
  expect(() => threads.open(blobs.location, [], dataKey)).toThrow(StoreUnavailableError);
});
