import { describe, expect, it } from 'vitest';
import { systemRandom } from '../../lib/random.ts';
import { StoreUnavailableError } from '../kv/key-value-store.ts';
import { blobStoreContract } from './blob-store.contract.ts';
import { MemoryBlobDisk, MemoryBlobStore } from './memory-blob-store.ts';

blobStoreContract('MemoryBlobStore', () => {
  const disk = new MemoryBlobDisk();
  return Promise.resolve({
    open: (incarnation) => Promise.resolve(new MemoryBlobStore(disk, incarnation, systemRandom)),
    dispose: () => Promise.resolve(),
  });
});

describe('a memory disk', () => {
  it('keeps what was finished over a crash, and nothing whole of what was not', async () => {
    const disk = new MemoryBlobDisk();
    const store = new MemoryBlobStore(disk, 'one', systemRandom);
    const finished = await store.create();
    await finished.write(Buffer.from('whole'));
    await finished.finish();
    const unfinished = await store.create();
    await unfinished.write(Buffer.from('half'));
    // The first byte decides that the file stays, the second that it is cut to half.
    disk.crash({ bytes: () => Buffer.of(255, 127) });
    expect(disk.files.get(finished.id)?.bytes.join('')).toBe('whole');
    expect(disk.files.get(unfinished.id)?.bytes.join('')).toBe('h');
    await expect(unfinished.write(Buffer.from('more'))).rejects.toThrow(StoreUnavailableError);
    await expect(store.create()).rejects.toThrow(StoreUnavailableError);
    const after = new MemoryBlobStore(disk, 'two', systemRandom);
    for await (const chunk of after.read(finished.id, 0, 5)) expect(chunk.toString()).toBe('whole');
    disk.crash({ bytes: () => Buffer.of(0, 0) });
    expect([...disk.files.keys()]).toEqual([finished.id]);
  });

  it('refuses writes and reads when told, leaves nothing behind, and recovers', async () => {
    const disk = new MemoryBlobDisk();
    const store = new MemoryBlobStore(disk, 'one', systemRandom);
    const writer = await store.create();
    disk.refuses = { reads: true, writes: true };
    await expect(writer.write(Buffer.from('x'))).rejects.toThrow(StoreUnavailableError);
    await expect(store.create()).rejects.toThrow(StoreUnavailableError);
    await expect(store.read('any', 0, 1).next()).rejects.toThrow(StoreUnavailableError);
    expect(disk.files.size).toBe(0);
    disk.refuses = { reads: false, writes: false };
    await (await store.create()).finish();
    expect(disk.files.size).toBe(1);
  });
});
