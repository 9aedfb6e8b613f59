import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemRandom } from '../../lib/random.ts';
import { type BlobId, BlobMissingError, type BlobStore, READ_CHUNK_BYTES } from './blob-store.ts';

/** A place where stores are opened, as often as the test likes, and that outlives them. */
export interface BlobPlace {
  open(incarnation: string): Promise<BlobStore>;
  dispose(): Promise<void>;
}

async function put(store: BlobStore, ...chunks: readonly Uint8Array[]): Promise<BlobId> {
  const writer = await store.create();
  for (const chunk of chunks) await writer.write(chunk);
  await writer.finish();
  return writer.id;
}

async function read(store: BlobStore, id: BlobId, start: number, end: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of store.read(id, start, end)) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

async function candidates(store: BlobStore, ...living: readonly string[]): Promise<BlobId[]> {
  const ids: BlobId[] = [];
  for await (const id of store.orphanCandidates(new Set(living))) ids.push(id);
  return ids.toSorted();
}

/** What every BlobStore promises. */
export function blobStoreContract(name: string, makePlace: () => Promise<BlobPlace>): void {
  describe(`${name} keeps the contract of a blob store`, () => {
    let place: BlobPlace;
    let store: BlobStore;
    beforeEach(async () => {
      place = await makePlace();
      store = await place.open('one');
    });
    afterEach(async () => {
      await store.close();
      await place.dispose();
    });

    it('gives back any range of what was written, however it was cut', async () => {
      const body = systemRandom.bytes(2 * READ_CHUNK_BYTES + 1000);
      const cuts = fc.tuple(
        fc.nat(body.length),
        fc.nat(body.length),
        fc.nat(body.length),
        fc.nat(body.length),
      );
      await fc.assert(
        fc.asyncProperty(cuts, async ([cut, other, one, two]) => {
          const id = await put(
            store,
            body.subarray(0, cut),
            body.subarray(cut, other),
            body.subarray(Math.max(cut, other)),
          );
          const [start, end] = [Math.min(one, two), Math.max(one, two)];
          expect((await read(store, id, start, end)).equals(body.subarray(start, end))).toBe(true);
        }),
        { numRuns: 20 },
      );
    });

    it('reads in chunks of READ_CHUNK_BYTES and lets a reader stop early', async () => {
      const id = await put(store, Buffer.alloc(READ_CHUNK_BYTES + 5));
      const sizes: number[] = [];
      for await (const chunk of store.read(id, 0, READ_CHUNK_BYTES + 5)) sizes.push(chunk.length);
      expect(sizes).toEqual([READ_CHUNK_BYTES, 5]);
      for await (const chunk of store.read(id, 0, READ_CHUNK_BYTES + 5)) {
        expect(chunk.length).toBe(READ_CHUNK_BYTES);
        break;
      }
    });

    it('says that a blob is missing, or shorter than what is asked', async () => {
      const id = await put(store, Buffer.from('short'));
      await expect(read(store, id, 0, 6)).rejects.toThrow(BlobMissingError);
      await store.remove(id);
      await expect(read(store, id, 0, 5)).rejects.toThrow(BlobMissingError);
      await expect(read(store, 'one-../../../../etc/passwd', 0, 5)).rejects.toThrow(BlobMissingError);
    });

    it('removes, also what is not there', async () => {
      const id = await put(store, Buffer.from('x'));
      await store.remove(id);
      await store.remove(id);
      expect(await candidates(store)).toEqual([]);
    });

    it('leaves nothing of an aborted blob', async () => {
      const writer = await store.create();
      await writer.write(Buffer.from('half'));
      await writer.abort();
      await writer.abort();
      expect(await candidates(store)).toEqual([]);
      await expect(writer.write(Buffer.from('more'))).rejects.toThrow('no longer');
    });

    it('writes no blob twice and gives every blob its own id', async () => {
      const ids = await Promise.all(
        Array.from({ length: 40 }, (_, number) => put(store, Buffer.from(`${number}`))),
      );
      expect(new Set(ids).size).toBe(40);
      for (const [number, id] of ids.entries()) {
        const text = `${number}`;
        expect((await read(store, id, 0, text.length)).toString()).toBe(text);
      }
    });

    it('tells the blobs of dead incarnations from those of living ones', async () => {
      const first = await put(store, Buffer.from('1'));
      const other = await place.open('two');
      const second = await put(other, Buffer.from('2'));
      expect(await candidates(other, 'two')).toEqual([first]);
      expect(await candidates(other, 'one', 'two')).toEqual([]);
      expect(await candidates(other)).toEqual([first, second].toSorted());
      expect((await read(other, first, 0, 1)).toString()).toBe('1');
      await other.close();
    });

    it('lists an unfinished blob as a candidate once its incarnation is dead', async () => {
      const writer = await store.create();
      await writer.write(Buffer.from('half'));
      expect(await candidates(store, 'one')).toEqual([]);
      expect(await candidates(store, 'two')).toEqual([writer.id]);
      await writer.abort();
    });
  });
}
