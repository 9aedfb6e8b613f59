import { expect, it } from 'vitest';
import { TABLES } from '../store/tables/table-numbers.ts';
import { HookedStore } from '../testing/hooked-store.ts';
import { JobFixture } from '../testing/job-fixture.ts';
import { rolePolicy, ruleTo } from '../testing/replication-fixture.ts';
import { DELIVERIES_STARTED_MAX } from './limits.ts';

const OBJECTS = 100;
const DESTINATIONS = 45;

it('a chunk with very many deliveries is started part by part, and every task has its answer once', async () => {
  let deliveriesMax = 0;
  const fixture = await JobFixture.open({
    wrapStore: (store) =>
      new HookedStore(store, (commit, { writes }) => {
        const begun = writes.filter(({ kind, key }) => kind === 'put' && key[0] === TABLES.batchIntents);
        deliveriesMax = Math.max(deliveriesMax, begun.length);
        return commit();
      }),
  });
  const destinations = Array.from({ length: DESTINATIONS }, (_, index) => `copy-${index}`);
  for (const name of destinations) await fixture.bucket(name);
  await fixture.rolePolicy(rolePolicy('source', destinations));
  for (let index = 0; index < OBJECTS; index += 1) await fixture.put('source', `key ${index}`);
  await fixture.replicate('source', ...destinations.map((name, index) => ruleTo(name, { Priority: index })));
  fixture.run();
  const jobId = await fixture.create();
  const { job, progress } = await fixture.until(jobId, 'Complete', 'Failed');
  expect(job.status).toBe('Complete');
  expect([progress.succeeded, progress.failed]).toEqual([OBJECTS, 0]);
  expect(progress.chunksDone).toBe(job.tasks?.chunks);
  expect(deliveriesMax).toBeGreaterThan(DELIVERIES_STARTED_MAX / 2);
  expect(deliveriesMax).toBeLessThanOrEqual(DELIVERIES_STARTED_MAX);
  expect(new Set((await fixture.reportRows(jobId)).map(({ key }) => key)).size).toBe(OBJECTS);
  for (const name of destinations) expect(await fixture.versions(name)).toHaveLength(OBJECTS);
  await fixture.stop();
  expect(await fixture.leftovers()).toEqual([]);
}, 60_000);

it('a chunk whose objects never stand still is started part by part', async () => {
  const fixture = await JobFixture.open({
    wrapStore: (store) =>
      new HookedStore(store, async (commit, { writes }) => {
        const begun = writes.filter(({ kind, key }) => kind === 'put' && key[0] === TABLES.batchIntents);
        return begun.length > 10 ? { outcome: 'conflict' } : await commit();
      }),
  });
  for (let index = 0; index < 300; index += 1) await fixture.put('source', `key ${index}`);
  await fixture.replicate('source', ruleTo('destination'));
  fixture.run();
  const jobId = await fixture.create();
  const { progress } = await fixture.until(jobId, 'Complete', 'Failed');
  expect([progress.succeeded, progress.failed]).toEqual([300, 0]);
  expect(await fixture.reportRows(jobId)).toHaveLength(300);
  await fixture.stop();
  expect(await fixture.leftovers()).toEqual([]);
}, 60_000);
