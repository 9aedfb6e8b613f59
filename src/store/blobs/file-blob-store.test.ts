import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemRandom } from '../../lib/random.ts';
import { recycle } from '../../lib/recycle.ts';
import { StoreUnavailableError } from '../kv/key-value-store.ts';
import { fanOutOf, incarnationOf } from './blob-id.ts';
import { blobStoreContract } from './blob-store.contract.ts';
import { READ_CHUNK_BYTES } from './blob-store.ts';
import { openFileBlobStore } from './file-blob-store.ts';
import { storeFault } from './store-fault.ts';

blobStoreContract('FileBlobStore', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-blobs-'));
  return {
    open: (incarnation) => openFileBlobStore(directory, incarnation, systemRandom),
    dispose: () => rm(directory, { recursive: true }),
  };
});

describe('a file blob store', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'holdfast-blobs-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('fans out over 256 directories and puts neighbours into one', async () => {
    const store = await openFileBlobStore(directory, 'ab12', systemRandom);
    expect(await readdir(directory)).toHaveLength(256);
    const writers = await Promise.all(Array.from({ length: 3 }, () => store.create()));
    await Promise.all(writers.map((writer) => writer.finish()));
    const [first] = writers;
    expect(first).toBeDefined();
    for (const { id } of writers) {
      expect(incarnationOf(id)).toBe('ab12');
      const file = await stat(join(directory, fanOutOf(id), id));
      expect(file.mode & 0o777).toBe(0o600);
    }
  });

  it('makes missing directories again when it is opened', async () => {
    await openFileBlobStore(directory, 'one', systemRandom);
    await rm(join(directory, '7f'), { recursive: true });
    await openFileBlobStore(directory, 'two', systemRandom);
    expect(await readdir(directory)).toHaveLength(256);
  });

  it('reads into the memory of a chunk that was recycled, and no other', async () => {
    const store = await openFileBlobStore(directory, 'one', systemRandom);
    const writer = await store.create();
    const body = systemRandom.bytes(2 * READ_CHUNK_BYTES);
    await writer.write(body);
    await writer.finish();
    const read = async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of store.read(writer.id, 0, body.length)) chunks.push(chunk);
      return chunks;
    };
    const [first, second] = await read();
    if (first === undefined || second === undefined) throw new Error('There are two chunks.');
    recycle(second);
    const again = await read();
    expect(again.map(({ buffer }) => buffer)).toContain(second.buffer);
    expect(again.map(({ buffer }) => buffer)).not.toContain(first.buffer);
    expect(Buffer.concat(again).equals(body)).toBe(true);
    expect(first.equals(body.subarray(0, READ_CHUNK_BYTES))).toBe(true);
  });

  it('writes many pieces at once, whatever the file system takes in one go', async () => {
    const store = await openFileBlobStore(directory, 'one', systemRandom);
    const writer = await store.create();
    const pieces = Array.from({ length: 2500 }, (_, number) => Buffer.from(`${number},`));
    writer.writeSync(pieces);
    await writer.finish();
    const whole = Buffer.concat(pieces);
    const read: Buffer[] = [];
    for await (const chunk of store.read(writer.id, 0, whole.length)) read.push(Buffer.from(chunk));
    expect(Buffer.concat(read).equals(whole)).toBe(true);
  });
});

describe('what a disk answers', () => {
  it.each(['ENOSPC', 'EROFS', 'EIO', 'EDQUOT', 'EMFILE'])('%s: the store is unavailable', (code) => {
    expect(storeFault(Object.assign(new Error('x'), { code }))).toBeInstanceOf(StoreUnavailableError);
  });

  it('other errors stay what they are', () => {
    const error = Object.assign(new Error('x'), { code: 'EBADF' });
    expect(storeFault(error)).toBe(error);
  });
});
