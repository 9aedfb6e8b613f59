import { describe, expect, it } from 'vitest';
import type { Bucket } from '../buckets/bucket.ts';
import { FrameError } from '../keys/frames.ts';
import { makeKeyring } from '../keys/keyring.ts';
import { makeMasterKey } from '../keys/master-key.ts';
import { inlineBytes } from '../store/tables/inline-bytes.ts';
import type { ObjectVersion } from '../store/tables/rows.ts';
import { bodyOf, bytesOf, type ObjectsBench, objectsBench } from '../testing/objects-bench.ts';
import { applyReplica } from './apply-replica.ts';
import type { ObjectsContext } from './context.ts';
import { putObject } from './put-object.ts';
import { readObject } from './read-object.ts';
import { readSealed, soleInline } from './read-sealed.ts';

const OLD_KEY = makeMasterKey(Buffer.alloc(32, 7));
const NEW_KEY = makeMasterKey(Buffer.alloc(32, 8));

async function written(text: string | Buffer) {
  const bench = await objectsBench();
  const source = await bench.bucket('source', 'Enabled');
  const { version } = await putObject(bench.context, source, { key: 'k', body: bodyOf(text) });
  return { bench, source, version };
}

function sealedOf(context: ObjectsContext, source: Bucket, version: ObjectVersion) {
  const locator = soleInline(version);
  if (locator === undefined) throw new Error('not inline');
  return readSealed(context, source, 'k', version, locator);
}

async function storedBytes({ region }: ObjectsBench, { row }: Bucket, { stamp }: ObjectVersion) {
  const [stored] = await region.store.get([inlineBytes.key(row.id, 'k', stamp, 0)]);
  if (stored === undefined) throw new Error('no inline bytes');
  return stored.value;
}

describe('the sealed bytes of a small object', () => {
  it('open in another bucket as they are', async () => {
    const { bench, source, version } = await written('some bytes');
    const target = await bench.bucket('target', 'Enabled');
    const sealedBytes = () => sealedOf(bench.context, source, version);
    const replica = { key: 'k', version, facets: {}, sealedBytes };
    expect(await applyReplica(bench.context, target, replica)).toEqual({ outcome: 'applied' });
    expect(await applyReplica(bench.context, target, replica)).toEqual({ outcome: 'already-there' });
    const found = await readObject(bench.context, target, { key: 'k' });
    expect((await bytesOf(found.body)).toString()).toBe('some bytes');
    expect(found.version).toEqual({ ...version, replica: true });
    expect(await storedBytes(bench, target, version)).toEqual(await storedBytes(bench, source, version));
  });

  it('are wrapped by the newest master key, which alone opens them then', async () => {
    const { bench, source, version } = await written('some bytes');
    const target = await bench.bucket('target', 'Enabled');
    const rotated = { ...bench.context, keyring: makeKeyring([NEW_KEY, OLD_KEY]) };
    const sealedBytes = () => sealedOf(rotated, source, version);
    await applyReplica(rotated, target, { key: 'k', version, facets: {}, sealedBytes });
    const newest = { ...bench.context, keyring: makeKeyring([NEW_KEY]) };
    const found = await readObject(newest, target, { key: 'k' });
    expect((await bytesOf(found.body)).toString()).toBe('some bytes');
  });

  it.each([0, 9, 10, 25])('do not travel with byte %d changed', async (at) => {
    const { bench, source, version } = await written('some bytes');
    const damaged = Buffer.from(await storedBytes(bench, source, version));
    expect(damaged).toHaveLength(26);
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    const put = inlineBytes.put(source.row.id, 'k', version.stamp, 0, damaged);
    await bench.region.store.commit({ checks: [], writes: [put] });
    await expect(sealedOf(bench.context, source, version)).rejects.toThrow(FrameError);
  });

  it('do not travel cut, under another key, or once they are gone', async () => {
    const { bench, source, version } = await written('some bytes');
    const { store } = bench.region;
    const [locator] = version.bytes;
    if (locator === undefined) throw new Error('no bytes');
    const other = { ...locator, key: bench.context.keyring.wrap(Buffer.alloc(32, 1)) };
    await expect(sealedOf(bench.context, source, { ...version, bytes: [other] })).rejects.toThrow(FrameError);
    const wrapped = Buffer.from(locator.key.wrapped, 'base64');
    wrapped[30] = (wrapped[30] ?? 0) ^ 1;
    const altered = { ...locator, key: { ...locator.key, wrapped: wrapped.toString('base64') } };
    await expect(sealedOf(bench.context, source, { ...version, bytes: [altered] })).rejects.toThrow(
      FrameError,
    );
    const cut = (await storedBytes(bench, source, version)).subarray(0, 20);
    const place = [source.row.id, 'k', version.stamp, 0] as const;
    await store.commit({ checks: [], writes: [inlineBytes.put(...place, cut)] });
    await expect(sealedOf(bench.context, source, version)).rejects.toThrow(FrameError);
    await store.commit({ checks: [], writes: [inlineBytes.delete(...place)] });
    await expect(sealedOf(bench.context, source, version)).rejects.toThrow('inline bytes were removed');
  });

  it('are not those of a file, of parts, or of another size than the version says', async () => {
    const { version } = await written('some bytes');
    expect(soleInline(version)).toEqual(version.bytes[0]);
    expect(soleInline({ ...version, size: 11 })).toBeUndefined();
    expect(soleInline({ ...version, bytes: [] })).toBeUndefined();
    expect(soleInline({ ...version, bytes: [...version.bytes, ...version.bytes] })).toBeUndefined();
    expect(soleInline({ ...version, parts: [{ size: 10, etag: version.etag }] })).toBeUndefined();
    expect(soleInline((await written(Buffer.alloc(20_000))).version)).toBeUndefined();
  });
});
