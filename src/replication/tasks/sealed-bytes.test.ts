import { beforeEach, expect, it } from 'vitest';
import { inlineBytes } from '../../store/tables/inline-bytes.ts';
import { DeliveryFixture } from '../../testing/delivery-fixture.ts';
import { ruleTo } from '../../testing/replication-fixture.ts';

let s3: DeliveryFixture;

beforeEach(async () => {
  s3 = await DeliveryFixture.open();
  return async () => {
    expect(await s3.counterDifferences()).toEqual([]);
    await s3.stopWorkers();
  };
});

/** The stored row of what `source` holds under this key, in any bucket. */
async function inlineRow(bucket: string, key: string) {
  const { region, row } = await s3.site.buckets.require(bucket);
  const stamp = (await s3.versions('source')).find((version) => version.key === key)?.row.stamp ?? '';
  const place = [row.id, key, stamp, 0] as const;
  const [stored] = await region.store.get([inlineBytes.key(...place)]);
  return {
    sealed: stored?.value ?? Buffer.alloc(0),
    write: (sealed: Buffer) =>
      region.store.commit({ checks: [], writes: [inlineBytes.put(...place, sealed)] }),
  };
}

it('a small object travels as it is sealed, into another region, too; a larger one is sealed anew', async () => {
  await s3.replicate('source', ruleTo('destination'), ruleTo('second', { Priority: 2 }));
  s3.startWorkers();
  await s3.put('source', 'small', 'the bytes');
  await s3.put('source', 'large', 'x'.repeat(20_000));
  await s3.clock.advance(60_000);
  const [small, large] = [await s3.read('source', 'small'), await s3.read('source', 'large')];
  const { sealed } = await inlineRow('source', 'small');
  expect(sealed).toHaveLength('the bytes'.length + 16);
  for (const bucket of ['destination', 'second']) {
    const replica = await s3.read(bucket, 'small');
    expect(replica?.text).toBe('the bytes');
    expect(replica?.version.bytes).toEqual(small?.version.bytes);
    expect((await inlineRow(bucket, 'small')).sealed).toEqual(sealed);
    const other = await s3.read(bucket, 'large');
    expect(other?.text).toBe('x'.repeat(20_000));
    expect(other?.version.bytes).not.toEqual(large?.version.bytes);
  }
});

it('so do the tasks of a batch job', async () => {
  const versionId = await s3.put('source', 'small', 'the bytes');
  await s3.replicate('source', ruleTo('second'));
  s3.startWorkers();
  const chunk = await s3.start([{ key: 'small', versionId }]);
  await s3.clock.advance(60_000);
  expect(await s3.outcomes(chunk)).toEqual(['success']);
  expect((await s3.read('second', 'small'))?.text).toBe('the bytes');
  expect((await inlineRow('second', 'small')).sealed).toEqual((await inlineRow('source', 'small')).sealed);
});

it('a damaged body does not travel, holds up no other, and arrives once it is whole again', async () => {
  await s3.replicate('source', ruleTo('second'));
  await s3.put('source', 'key', 'the bytes');
  const { sealed, write } = await inlineRow('source', 'key');
  const damaged = Buffer.from(sealed);
  damaged[3] = (damaged[3] ?? 0) ^ 1;
  await write(damaged);
  s3.startWorkers();
  await s3.put('source', 'other', 'whole');
  await s3.clock.advance(60_000);
  expect((await s3.versions('second')).map(({ key }) => key)).toEqual(['other']);
  await write(sealed);
  await s3.clock.advance(60 * 60_000);
  expect((await s3.read('second', 'key'))?.text).toBe('the bytes');
  expect(await s3.status('source', 'key')).toBe('COMPLETED');
});
