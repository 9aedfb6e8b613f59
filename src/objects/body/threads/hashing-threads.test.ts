import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemRandom } from '../../../lib/random.ts';
import { type FileBlobStore, openFileBlobStore } from '../../../store/blobs/file-blob-store.ts';
import { StoreUnavailableError } from '../../../store/kv/key-value-store.ts';
import { HashingThreads } from './hashing-threads.ts';
import { TRANSFER_BYTES } from './transfer-memory.ts';

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

it('makes a fast writer wait for the thread', async () => {
  const sink = threads.open(blobs.location, [], dataKey);
  const chunk = Buffer.alloc(20 * TRANSFER_BYTES);
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
  const waiting = Promise.resolve(sink.write(Buffer.alloc(50 * TRANSFER_BYTES)));
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
