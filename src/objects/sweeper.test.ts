import { expect, test } from 'vitest';
import { claimedBlobs } from '../store/tables/claimed-blobs.ts';
import { garbage } from '../store/tables/garbage.ts';
import { incarnations } from '../store/tables/incarnations.ts';
import { bodyOf, bytesOf, objectsBench } from '../testing/objects-bench.ts';
import { deleteObject } from './delete-object.ts';
import { joinIncarnation, registerIncarnation } from './incarnations.ts';
import { GARBAGE_AGE_MS_MIN } from './limits.ts';
import { putObject } from './put-object.ts';
import { readObject } from './read-object.ts';
import { sweep } from './sweeper.ts';

test('bytes of removed versions go after their time, and nothing else', async () => {
  const bench = await objectsBench();
  const { context, region, clock, blobs } = bench;
  const bucket = await bench.bucket('swept');
  const large = Buffer.alloc(20_000, 5);
  await putObject(context, bucket, { key: 'gone', body: bodyOf(large) });
  await putObject(context, bucket, { key: 'kept', body: bodyOf(large) });
  await deleteObject(context, bucket, { key: 'gone' });
  await sweep(region, clock, context.incarnation);
  expect(blobs.files.size).toBe(2);
  await clock.advance(GARBAGE_AGE_MS_MIN);
  expect(await sweep(region, clock, context.incarnation)).toMatchObject({
    garbageRemoved: 1,
    orphansRemoved: 0,
  });
  expect(blobs.files.size).toBe(1);
  expect(await region.store.range(garbage.range())).toEqual([]);
  expect(await region.store.range(claimedBlobs.range())).toHaveLength(1);
  expect(await bytesOf((await readObject(context, bucket, { key: 'kept' })).body)).toEqual(large);
});

test('only what a dead incarnation never committed is an orphan', async () => {
  const bench = await objectsBench();
  const { context, region, clock, blobs } = bench;
  const bucket = await bench.bucket('swept');
  await putObject(context, bucket, { key: 'kept', body: bodyOf(Buffer.alloc(20_000)) });
  const writer = await region.blobs.create();
  await writer.write(Buffer.from('never committed'));
  await writer.finish();
  expect(await sweep(region, clock, context.incarnation)).toMatchObject({ orphansRemoved: 0 });

  const next = await registerIncarnation(context.site, 'next');
  await expect(joinIncarnation(context.site, context.incarnation.name)).rejects.toThrow('does not live');
  // The dead incarnation's commits conflict for ever, so that its bytes can go.
  const late = putObject(context, bucket, { key: 'late', body: bodyOf(Buffer.alloc(20_000)) });
  await expect(late).rejects.toMatchObject({ code: 'SlowDown' });
  expect(await sweep(region, clock, next)).toMatchObject({ orphansRemoved: 1 });
  expect(blobs.files.size).toBe(1);
  const left = await region.store.range(incarnations.range());
  expect(left).toHaveLength(1);
});

test('what cannot be removed keeps nothing else from being removed, and is tried again', async () => {
  const bench = await objectsBench();
  const { context, region, clock, blobs } = bench;
  const bucket = await bench.bucket('swept');
  for (const key of ['a', 'b', 'c'])
    await putObject(context, bucket, { key, body: bodyOf(Buffer.alloc(20_000)) });
  for (const key of ['a', 'b', 'c']) await deleteObject(context, bucket, { key });
  const orphan = await region.blobs.create();
  await orphan.finish();
  const next = await registerIncarnation(context.site, 'next');
  await clock.advance(GARBAGE_AGE_MS_MIN);

  const [stuck] = blobs.files.keys();
  const remove = region.blobs.remove.bind(region.blobs);
  region.blobs.remove = async (blob) => {
    if (blob === stuck) throw new Error('the file cannot be removed');
    await remove(blob);
  };
  await expect(sweep(region, clock, next)).rejects.toThrow('the file cannot be removed');
  expect([...blobs.files.keys()]).toEqual([stuck]);
  expect(await region.store.range(garbage.range())).toHaveLength(1);
  region.blobs.remove = remove;
  expect(await sweep(region, clock, next)).toMatchObject({ garbageRemoved: 1, orphansRemoved: 0 });
  expect(blobs.files.size).toBe(0);
});
