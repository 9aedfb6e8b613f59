import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Bucket } from '../buckets/bucket.ts';
import { facets } from '../store/tables/facets.ts';
import { listing } from '../store/tables/listing.ts';
import { nullVersions } from '../store/tables/null-versions.ts';
import { stampMilliseconds, stampOf } from '../store/tables/order-stamp.ts';
import type { FacetsRow } from '../store/tables/rows.ts';
import { versions } from '../store/tables/versions.ts';
import {
  bodyOf,
  bytesOf,
  countersAndRows,
  type ObjectsBench,
  objectsBench,
} from '../testing/objects-bench.ts';
import { applyFacets } from './apply-facets.ts';
import { applyReplica, type Replica } from './apply-replica.ts';
import { deleteObject } from './delete-object.ts';
import { listVersions } from './list-versions.ts';
import { readVersion } from './lookup.ts';
import { putObjectTags } from './object-tags.ts';
import { openBytes } from './open-bytes.ts';
import { putObject } from './put-object.ts';
import { readObject } from './read-object.ts';

/** Everything a bucket holds, without what differs from copy to copy (sealed bytes and row versions). */
async function contents({ region }: ObjectsBench, { row }: Bucket) {
  const { store } = region;
  const versionRows = (await store.range(versions.bucketRange(row.id))).map((stored) => {
    const version = versions.decode(stored);
    return { key: versions.objectKeyOf(stored), ...version, bytes: undefined };
  });
  const listed = (await store.range(listing.range(row.id))).map((stored) => listing.decode(stored));
  const facetRows = (await store.range(facets.bucketRange(row.id))).map((stored) => facets.decode(stored));
  const nulls = (await store.range(nullVersions.range(row.id))).map((stored) => nullVersions.decode(stored));
  return { versionRows, listed, facetRows, nulls };
}

/** A source bucket with a history, and every replica that it would ever send. */
async function history(bench: ObjectsBench): Promise<{ source: Bucket; replicas: Replica[] }> {
  const { context } = bench;
  const source = await bench.bucket('source', 'Enabled');
  for (const [index, key] of ['a', 'b', 'a', 'c', 'a'].entries()) {
    const tags = index % 2 === 0 ? [] : [['round', String(index)] as const];
    await putObject(context, source, { key, body: bodyOf(`content ${index}`), tags });
  }
  await deleteObject(context, source, { key: 'b' });
  await putObject(context, source, { key: 'big', body: bodyOf(Buffer.alloc(200_000, 3)) });
  const before = await replicasOf(bench, source);
  await putObjectTags(context, source, { key: 'a', tags: [['later', 'yes']] });
  await putObjectTags(context, source, { key: 'c', tags: [] });
  return { source, replicas: [...before, ...(await replicasOf(bench, source))] };
}

async function replicasOf({ context }: ObjectsBench, source: Bucket): Promise<Replica[]> {
  const page = await listVersions(context, source, { entriesMax: 1000 });
  const replicas: Replica[] = [];
  for (const { key, row } of page.versions) {
    const found = await readVersion(source, key, row.stamp);
    if (found === undefined) throw new Error('listed, but not there');
    const replica = { key, version: found.row, facets: found.facets };
    const version = found.row;
    const bytes =
      version.kind === 'object' ? { openBytes: () => openBytes(context, source, key, version) } : {};
    replicas.push({ ...replica, ...bytes });
  }
  return replicas;
}

describe('replicas', () => {
  test('make the same bucket in any order, repeated and at the same time', async () => {
    const bench = await objectsBench();
    const { replicas } = await history(bench);
    const straight = await bench.bucket('straight', 'Enabled');
    for (const replica of replicas) await applyReplica(bench.context, straight, replica);
    const expected = await contents(bench, straight);
    expect(expected.versionRows).toHaveLength(7);
    let runs = 0;
    const orders = fc.array(fc.nat(replicas.length - 1), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(orders, fc.boolean(), async (order, together) => {
        const bucket = await bench.bucket(`shuffled-${(runs += 1)}`, 'Enabled');
        const arriving = [...order, ...replicas.keys()].map((index) => replicas[index] ?? never());
        if (order.length % 2 === 1) arriving.reverse();
        if (together) {
          await Promise.all(arriving.map((replica) => applyReplica(bench.context, bucket, replica)));
        } else for (const replica of arriving) await applyReplica(bench.context, bucket, replica);
        const shown = await contents(bench, bucket);
        expect(shown).toEqual(expected);
        const { counters, rows } = await countersAndRows(bench, bucket);
        expect(counters).toEqual(rows);
      }),
      { numRuns: 60 },
    );
  });

  test('keep identity, bytes and tags, and say REPLICA', async () => {
    const bench = await objectsBench();
    const { context } = bench;
    const { source, replicas } = await history(bench);
    const bucket = await bench.bucket('target', 'Enabled');
    for (const replica of replicas) await applyReplica(context, bucket, replica);
    const now = await context.buckets.require('target');
    expect(now.row.replicationSeen).toBe(true);
    for (const key of ['a', 'c', 'big']) {
      const [original, replica] = await Promise.all(
        [source, now].map((one) => readObject(context, one, { key })),
      );
      if (original === undefined || replica === undefined) throw new Error('missing');
      expect(replica.replicationStatus).toBe('REPLICA');
      expect(replica.version.versionId).toBe(original.version.versionId);
      expect(replica.lastModifiedMs).toBe(original.lastModifiedMs);
      expect(replica.tags).toEqual(original.tags);
      expect(await bytesOf(replica.body)).toEqual(await bytesOf(original.body));
    }
  });

  test('do not come back once removed by id', async () => {
    const bench = await objectsBench();
    const { context } = bench;
    const { replicas } = await history(bench);
    const bucket = await bench.bucket('target', 'Enabled');
    const [first = never()] = replicas;
    await applyReplica(context, bucket, first);
    const now = await context.buckets.require('target');
    await deleteObject(context, now, { key: first.key, versionId: first.version.versionId });
    expect(await applyReplica(context, now, first)).toEqual({ outcome: 'hard-deleted' });
    const change = { key: first.key, version: first.version, facets: {} };
    expect(await applyFacets(context, now, change)).toEqual({ outcome: 'hard-deleted' });
  });

  test('do not come back either when they were removed while their bytes were under way', async () => {
    const bench = await objectsBench();
    const { context } = bench;
    const { replicas } = await history(bench);
    const big = replicas.find(({ key }) => key === 'big') ?? never();
    const bucket = await bench.bucket('target', 'Enabled');
    const slowBytes = async function* () {
      await applyReplica(context, bucket, big);
      const now = await context.buckets.require('target');
      await deleteObject(context, now, { key: 'big', versionId: big.version.versionId });
      yield Buffer.alloc(200_000, 3);
    };
    const outcome = await applyReplica(context, bucket, { ...big, openBytes: slowBytes });
    expect(outcome).toEqual({ outcome: 'hard-deleted' });
    expect((await contents(bench, bucket)).versionRows).toEqual([]);
  });

  test('are refused from a clock ahead, under a taken id, and without versioning', async () => {
    const bench = await objectsBench();
    const { context, clock } = bench;
    const { replicas } = await history(bench);
    const [first = never()] = replicas;
    const bucket = await bench.bucket('target', 'Enabled');
    clock.jump(-20 * 60_000);
    expect(await applyReplica(context, bucket, first)).toMatchObject({ outcome: 'clock-skew' });
    clock.jump(20 * 60_000);
    await applyReplica(context, bucket, first);
    const { version: row } = first;
    const version = row.kind === 'object' ? { ...row, etag: '0'.repeat(32) } : never();
    expect(await applyReplica(context, bucket, { ...first, version })).toEqual({ outcome: 'refused' });
    const plain = await bench.bucket('plain');
    expect(await applyReplica(context, plain, first)).toEqual({ outcome: 'bucket-unversioned' });
  });

  test('with the wrong bytes leave nothing behind', async () => {
    const bench = await objectsBench();
    const { replicas } = await history(bench);
    const bucket = await bench.bucket('target', 'Enabled');
    const big = replicas.find(({ key }) => key === 'big') ?? never();
    const blobsBefore = bench.blobs.files.size;
    const wrong = { ...big, openBytes: () => chunksOf(Buffer.alloc(200_000, 4)) };
    await expect(applyReplica(bench.context, bucket, wrong)).rejects.toMatchObject({ code: 'BadDigest' });
    expect(bench.blobs.files.size).toBe(blobsBefore);
    expect((await contents(bench, bucket)).versionRows).toEqual([]);
  });

  test('nulls of one source replace only each other', async () => {
    const bench = await objectsBench();
    const { context } = bench;
    const nullsOf = async (name: string) => {
      const source = await bench.bucket(name);
      const replicas: Replica[] = [];
      for (const content of ['older', 'newer']) {
        await putObject(context, source, { key: 'k', body: bodyOf(`${name} ${content}`) });
        const [replica = never()] = await replicasOf(bench, source);
        const bytes = Buffer.from(`${name} ${content}`);
        replicas.push({ ...replica, openBytes: () => chunksOf(bytes) });
      }
      return replicas;
    };
    const replicas = [...(await nullsOf('one')), ...(await nullsOf('two'))];
    const outcomes: unknown[] = [];
    for (const order of [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [1, 3, 0, 2],
      [2, 0, 3, 1, 1, 2],
    ]) {
      const bucket = await bench.bucket(`nulls-${order.join('')}`, 'Enabled');
      for (const index of order) await applyReplica(context, bucket, replicas[index] ?? never());
      outcomes.push(await contents(bench, bucket));
    }
    for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
    expect(outcomes[0]).toMatchObject({ versionRows: { length: 2 }, nulls: { length: 1 } });
  });

  test('facets merge by their stamps', async () => {
    const bench = await objectsBench();
    const { context } = bench;
    const { replicas } = await history(bench);
    const bucket = await bench.bucket('target', 'Enabled');
    const [first = never()] = replicas;
    const { key, version } = first;
    const at = (counter: number, value: string): FacetsRow => ({
      tags: {
        stamp: stampOf(stampMilliseconds(version.stamp), counter, '0000000b'),
        value: [['v', value]],
      },
    });
    const newer = { key, version, facets: at(9, 'newer') };
    expect(await applyFacets(context, bucket, newer)).toEqual({ outcome: 'version-missing' });
    await applyReplica(context, bucket, first);
    expect(await applyFacets(context, bucket, newer)).toEqual({ outcome: 'applied' });
    const older = { key, version, facets: at(8, 'older') };
    expect(await applyFacets(context, bucket, older)).toEqual({ outcome: 'already-there' });
    const found = await readVersion(bucket, key, version.stamp);
    expect(found?.facets.tags?.value).toEqual([['v', 'newer']]);
  });
});

async function* chunksOf(bytes: Buffer): AsyncIterable<Buffer> {
  yield bytes;
}

function never(): never {
  throw new Error('unreachable');
}
