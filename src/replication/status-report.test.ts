import { expect, it } from 'vitest';
import { DeliveryFixture } from '../testing/delivery-fixture.ts';
import { openMemorySite } from '../testing/memory-site.ts';
import { ReplicationFixture, rolePolicy, ruleTo } from '../testing/replication-fixture.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import { SimulatedClock } from '../testing/simulated-clock.ts';
import { ReplicationRates } from './replication-rate.ts';
import { statusReport } from './status-report.ts';

it('shows what is pending, how old it is, what arrived and what failed, and how fast', async () => {
  const clock = new SimulatedClock();
  const s3 = new ReplicationFixture(await openMemorySite({ clock, random: new SeededRandom(1) }));
  const rates = new ReplicationRates(clock);
  const report = () => statusReport(s3.site.site, { verify: true });
  await s3.accounts();
  await s3.bucket('source');
  await s3.bucket('destination', { region: 'ap-south-1' });
  await s3.role(rolePolicy('source', ['destination']));
  await s3.replicate('source', ruleTo('destination'));
  await s3.put('source', 'one', 'abc');
  await clock.advance(5_000);
  await s3.put('source', 'two', 'de');
  const before = await report();
  expect(before.counterDifferences).toEqual([]);
  expect(before.buckets).toMatchObject([
    { bucket: 'destination', versions: 0 },
    { bucket: 'source', region: 'us-east-1', versions: 2, bytes: 5 },
  ]);
  expect(before.buckets[1]?.rules).toEqual([
    {
      ruleId: 'to-destination',
      destination: 'destination',
      status: 'Enabled',
      sameMachine: true,
      pendingCount: 2,
      pendingBytes: 5,
      pendingBatchCount: 0,
      oldestPendingAgeMs: 5_000,
      replicatedCount: 0,
      replicatedBytes: 0,
      failed: {},
    },
  ]);
  expect(rates.note(before)).toEqual(new Map());

  for (const worker of s3.site.workers) worker.start();
  await clock.advance(2_000);
  const after = await report();
  expect(after.buckets[1]?.rules[0]).toMatchObject({
    pendingCount: 0,
    replicatedCount: 2,
    replicatedBytes: 5,
  });
  expect(after.buckets[1]?.rules[0]).not.toHaveProperty('oldestPendingAgeMs');
  expect(rates.note(after)).toEqual(new Map([['source to-destination destination', 1]]));

  await s3.rolePolicy(rolePolicy('source', ['elsewhere']));
  await s3.put('source', 'three');
  await clock.advance(2_000);
  const failed = await report();
  expect(failed.buckets[1]?.rules[0]).toMatchObject({
    pendingCount: 0,
    failed: { DstPutObjectNotPermitted: 1 },
  });
  expect(failed.counterDifferences).toEqual([]);
  for (const worker of s3.site.workers) await worker.stop();
});

it('counts what batch jobs want delivered, and says how much of all it is', async () => {
  const s3 = await DeliveryFixture.open();
  const versionId = await s3.put('source', 'early', 'abc');
  await s3.replicate('source', ruleTo('destination'));
  await s3.start([{ key: 'early', versionId }]);
  await s3.clock.advance(5_000);
  await s3.put('source', 'late', 'de');
  const report = await statusReport(s3.site.site, { bucket: 'source', verify: true });
  expect(report.counterDifferences).toEqual([]);
  expect(report.buckets[0]?.rules).toMatchObject([
    { pendingCount: 2, pendingBytes: 5, pendingBatchCount: 1, oldestPendingAgeMs: 5_000 },
  ]);
});
