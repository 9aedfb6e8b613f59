import { beforeEach, expect, it } from 'vitest';
import { intents } from '../../store/tables/intents.ts';
import { jobRow } from '../../testing/batch-fixture.ts';
import { DeliveryFixture } from '../../testing/delivery-fixture.ts';
import { ruleTo } from '../../testing/replication-fixture.ts';

/** Too large to travel inside a commit: its bytes are a file, which can be lost. */
const BODY = 'x'.repeat(40_000);
const REGION = 'us-east-1';
let s3: DeliveryFixture;

beforeEach(async () => {
  s3 = await DeliveryFixture.open();
  return async () => {
    expect(await s3.counterDifferences()).toEqual([]);
    await s3.stopWorkers();
  };
});

function loseBytes(): () => void {
  const files = s3.site.disks.regions.get(REGION)?.blobs.files ?? new Map<string, never>();
  const lost = [...files];
  files.clear();
  return () => {
    for (const [id, file] of lost) files.set(id, file);
  };
}

it('an object that fails alone is tried again for a minute or two, then its task fails and the job can go on', async () => {
  const versionId = await s3.put('source', 'key', BODY);
  await s3.replicate('source', ruleTo('destination'));
  loseBytes();
  const chunk = await s3.start([{ key: 'key', versionId }]);
  s3.startWorkers();
  await s3.clock.advance(30_000);
  expect(await s3.outcomes(chunk)).toEqual(['waiting']);
  await s3.clock.advance(150_000);
  expect(await s3.results(chunk)).toMatchObject([{ code: 'InternalError', httpStatus: 500 }]);
  expect(await s3.batchPending()).toEqual([]);
  expect(await s3.parked()).toMatchObject([{ failureCode: 'InternalError' }]);
});

it('passing trouble fails no task', async () => {
  const versionId = await s3.put('source', 'key', BODY);
  await s3.replicate('source', ruleTo('destination'));
  const giveBack = loseBytes();
  const chunk = await s3.start([{ key: 'key', versionId }]);
  s3.startWorkers();
  await s3.clock.advance(20_000);
  giveBack();
  await s3.clock.advance(60_000);
  expect(await s3.outcomes(chunk)).toEqual(['success']);
});

it('a live change that a task joined is tried on after the task has failed', async () => {
  await s3.replicate('source', ruleTo('destination'));
  const versionId = await s3.put('source', 'key', BODY);
  const giveBack = loseBytes();
  const chunk = await s3.start([{ key: 'key', versionId }]);
  s3.startWorkers();
  await s3.clock.advance(300_000);
  expect(await s3.outcomes(chunk)).toEqual(['InternalError']);
  expect(await s3.status('source', 'key').catch(() => 'PENDING')).toBe('PENDING');
  expect(await s3.region.store.range(intents.range())).toHaveLength(1);
  giveBack();
  await s3.clock.advance(20 * 60_000);
  expect(await s3.status('source', 'key')).toBe('COMPLETED');
});

it('a live change that waits for its next attempt is tried at once when a task joins it', async () => {
  await s3.replicate('source', ruleTo('destination'));
  const versionId = await s3.put('source', 'key', BODY);
  const giveBack = loseBytes();
  s3.startWorkers();
  await s3.clock.advance(3 * 3_600_000);
  giveBack();
  const chunk = await s3.start([{ key: 'key', versionId }]);
  await s3.clock.advance(1_000);
  expect(await s3.outcomes(chunk)).toEqual(['success']);
});

it('a destination that cannot be reached fails no task, however long it takes', async () => {
  const versionId = await s3.put('source', 'key', BODY);
  await s3.replicate('source', ruleTo('second'));
  const blobs = s3.site.disks.regions.get('ap-south-1')?.blobs;
  if (blobs === undefined) throw new Error('no such region');
  blobs.refuses = { reads: true, writes: true };
  const job = jobRow();
  const chunk = await s3.start([{ key: 'key', versionId }], job);
  s3.startWorkers();
  await s3.clock.advance(60 * 60_000);
  expect(await s3.outcomes(chunk)).toEqual(['waiting']);
  const [row] = await s3.batchPending();
  expect(row).toMatchObject({ attempts: 0 });
  const [worker] = s3.site.workers;
  expect(worker?.destinations()).toMatchObject([{ destination: 'second', unavailable: expect.any(String) }]);
  blobs.refuses = { reads: false, writes: false };
  await s3.clock.advance(60_000);
  expect(await s3.outcomes(chunk)).toEqual(['success']);
});
