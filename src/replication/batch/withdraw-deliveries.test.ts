import { beforeEach, describe, expect, it } from 'vitest';
import { deliveries } from '../../store/tables/deliveries.ts';
import { intents } from '../../store/tables/intents.ts';
import { stampOfVersionId } from '../../store/tables/version-id.ts';
import { jobRow } from '../../testing/batch-fixture.ts';
import { DeliveryFixture } from '../../testing/delivery-fixture.ts';
import { rolePolicy, ruleTo } from '../../testing/replication-fixture.ts';
import { deleteReplicationConfiguration } from '../put-configuration.ts';

let s3: DeliveryFixture;
const OTHER = jobRow({ jobId: 'other-job' });

const settle = () => s3.clock.advance(60_000);

beforeEach(async () => {
  s3 = await DeliveryFixture.open();
  return async () => {
    expect(await s3.counterDifferences()).toEqual([]);
    await s3.stopWorkers();
  };
});

async function live(): Promise<unknown[]> {
  return (await s3.region.store.range(intents.range())).map((row) => intents.decode(row));
}

async function delivery(key: string, versionId: string) {
  const { row } = await s3.site.buckets.require('source');
  const place = [row.id, key, stampOfVersionId(versionId) ?? '', 'destination'] as const;
  const [stored] = await s3.region.store.get([deliveries.key(...place)]);
  return stored && deliveries.decode(stored);
}

describe('a withdrawn delivery', () => {
  it('leaves no trace of a version that was never to be delivered', async () => {
    const versionId = await s3.put('source', 'key');
    await s3.replicate('source', ruleTo('destination'));
    const chunk = await s3.start([{ key: 'key', versionId }]);
    expect(await s3.withdraw(chunk, () => false)).toBe(0);
    expect(await s3.withdraw(chunk)).toBe(1);
    expect(await s3.withdraw(chunk)).toBe(0);
    expect(await s3.outcomes(chunk)).toEqual(['withdrawn']);
    expect(await delivery('key', versionId)).toBeUndefined();
    expect(await s3.status('source', 'key')).toBeUndefined();
    s3.startWorkers();
    await settle();
    expect(await s3.versions('destination')).toEqual([]);
  });

  it('leaves FAILED what had failed, still parked with its code', async () => {
    await s3.rolePolicy(rolePolicy('source', ['elsewhere']));
    await s3.replicate('source', ruleTo('destination'));
    s3.startWorkers();
    const versionId = await s3.put('source', 'key');
    await settle();
    const before = await delivery('key', versionId);
    expect(before).toMatchObject({ status: 'FAILED', failureCode: 'DstPutObjectNotPermitted' });
    await s3.stopWorkers();
    const chunk = await s3.start([{ key: 'key' }]);
    expect(await delivery('key', versionId)).toMatchObject({ status: 'PENDING' });
    expect(await s3.withdraw(chunk)).toBe(1);
    expect(await delivery('key', versionId)).toEqual(before);
    expect(await s3.parked()).toHaveLength(1);
  });

  it('is found by `null` and without a version id, too', async () => {
    await s3.put('source', 'key', 'first');
    await s3.replicate('source', ruleTo('destination'));
    const chunk = await s3.start([{ key: 'key' }]);
    // Another version is the newest by now.
    await s3.put('source', 'key', 'second');
    expect(await s3.withdraw(chunk)).toBe(1);
    expect(await s3.outcomes(chunk)).toEqual(['withdrawn']);
    expect(await live()).toHaveLength(1);
  });

  it('takes a change of tags along that could only have followed it', async () => {
    const versionId = await s3.put('source', 'key');
    await s3.replicate('source', ruleTo('destination'));
    const chunk = await s3.start([{ key: 'key', versionId }]);
    await s3.tag('source', 'key', [['a', 'b']]);
    expect(await live()).toMatchObject([{ kind: 'facets' }]);
    expect(await s3.withdraw(chunk)).toBe(1);
    expect(await live()).toEqual([]);
    expect(await s3.status('source', 'key')).toBeUndefined();
  });

  it('leaves a change of tags alone where the version had arrived before', async () => {
    await s3.replicate('source', ruleTo('destination'));
    s3.startWorkers();
    const versionId = await s3.put('source', 'key');
    await settle();
    await s3.stopWorkers();
    const chunk = await s3.start([{ key: 'key', versionId }]);
    await s3.tag('source', 'key', [['a', 'b']]);
    expect(await s3.withdraw(chunk)).toBe(1);
    expect(await live()).toMatchObject([{ kind: 'facets' }]);
    expect(await delivery('key', versionId)).toMatchObject({ status: 'PENDING', delivered: true });
  });
});

describe('with several destinations, of which one cannot be reached', () => {
  const unavailable = (destination: string) => destination === 'second';

  beforeEach(async () => {
    await s3.put('source', 'key');
    await s3.replicate('source', ruleTo('destination', { Priority: 1 }), ruleTo('second', { Priority: 2 }));
  });

  it('waits for the one that can be reached, and then fails: never COMPLETED in one place only', async () => {
    const blobs = s3.site.disks.regions.get('ap-south-1')?.blobs;
    if (blobs === undefined) throw new Error('no such region');
    await s3.put('source', 'large', 'x'.repeat(40_000));
    const chunk = await s3.start([{ key: 'large' }]);
    expect(await s3.withdraw(chunk, unavailable)).toBe(0);
    blobs.refuses = { reads: true, writes: true };
    s3.startWorkers();
    await settle();
    expect(await s3.outcomes(chunk)).toEqual(['waiting']);
    expect(await s3.withdraw(chunk, unavailable)).toBe(1);
    // The live intents of `large` go on, of course.
    expect(await s3.outcomes(chunk)).toEqual(['InternalError']);
    blobs.refuses = { reads: false, writes: false };
    await settle();
    expect(await s3.status('source', 'large')).toBe('COMPLETED');
  });

  it('fails the rest of a version that arrived somewhere, for another job to find', async () => {
    const blobs = s3.site.disks.regions.get('ap-south-1')?.blobs;
    if (blobs === undefined) throw new Error('no such region');
    await deleteReplicationConfiguration(s3.site.buckets, await s3.site.buckets.require('source'));
    const versionId = await s3.put('source', 'large', 'x'.repeat(40_000));
    await s3.replicate('source', ruleTo('destination', { Priority: 1 }), ruleTo('second', { Priority: 2 }));
    blobs.refuses = { reads: true, writes: true };
    s3.startWorkers();
    const chunk = await s3.start([{ key: 'large', versionId }]);
    await settle();
    expect(await s3.withdraw(chunk, unavailable)).toBe(1);
    expect(await s3.outcomes(chunk)).toEqual(['InternalError']);
    expect(await s3.status('source', 'large')).toBe('FAILED');
    expect(await s3.parked()).toMatchObject([
      { failureCode: 'InternalError', rule: { destination: 'second' } },
    ]);
    expect(await s3.batchPending()).toEqual([]);
    blobs.refuses = { reads: false, writes: false };
    const again = await s3.start([{ key: 'large', versionId }]);
    await settle();
    expect(await s3.outcomes(again)).toEqual(['success']);
    expect(await s3.parked()).toEqual([]);
  });

  it('goes whole where none can be reached', async () => {
    const chunk = await s3.start([{ key: 'key' }]);
    expect(await s3.withdraw(chunk)).toBe(1);
    expect(await s3.outcomes(chunk)).toEqual(['withdrawn']);
    expect(await s3.status('source', 'key')).toBeUndefined();
  });
});

describe('a delivery that others wait for, too', () => {
  it('goes on for the other job', async () => {
    const versionId = await s3.put('source', 'key');
    await s3.replicate('source', ruleTo('destination'));
    const mine = await s3.start([{ key: 'key', versionId }]);
    const others = await s3.start([{ key: 'key', versionId }], OTHER);
    expect(await s3.batchPending()).toHaveLength(1);
    expect(await s3.withdraw(mine)).toBe(1);
    s3.startWorkers();
    await settle();
    expect(await s3.outcomes(mine)).toEqual(['withdrawn']);
    expect(await s3.outcomes(others, OTHER)).toEqual(['success']);
  });

  it('goes on where it is a live one', async () => {
    await s3.replicate('source', ruleTo('destination'));
    const versionId = await s3.put('source', 'key');
    const withdrawn = await s3.start([{ key: 'key', versionId }]);
    const joined = await s3.start([{ key: 'key' }, { key: 'key', versionId }], OTHER);
    expect(await s3.batchPending()).toEqual([]);
    expect(await s3.withdraw(withdrawn)).toBe(1);
    s3.startWorkers();
    await settle();
    expect(await s3.outcomes(withdrawn)).toEqual(['withdrawn']);
    expect(await s3.outcomes(joined, OTHER)).toEqual(['success', 'success']);
    expect(await s3.status('source', 'key')).toBe('COMPLETED');
  });
});
