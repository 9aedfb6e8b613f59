import { describe, expect, test } from 'vitest';
import { JobFixture } from '../testing/job-fixture.ts';
import { ruleTo } from '../testing/replication-fixture.ts';

async function fixtureWith(objects: number): Promise<JobFixture> {
  const fixture = await JobFixture.open();
  for (let index = 0; index < objects; index += 1) await fixture.put('source', `key ${index}`);
  await fixture.replicate('source', ruleTo('destination'));
  fixture.run();
  return fixture;
}

describe('the life of a job', () => {
  test('not to be confirmed: every state in order, every object at its destination, the report', async () => {
    const fixture = await fixtureWith(3);
    const jobId = await fixture.create();
    const { progress } = await fixture.until(jobId, 'Complete', 'Failed');
    expect(await fixture.states(jobId)).toBe('New Preparing Ready Active Completing Complete');
    expect(progress).toMatchObject({ succeeded: 3, failed: 0 });
    for (const index of [0, 1, 2]) {
      expect(await fixture.status('destination', `key ${index}`)).toBe('REPLICA');
      expect(await fixture.status('source', `key ${index}`)).toBe('COMPLETED');
    }
    const rows = await fixture.reportRows(jobId);
    expect(rows.map(({ key, outcome }) => `${key} ${outcome}`)).toEqual([
      'key%200 succeeded',
      'key%201 succeeded',
      'key%202 succeeded',
    ]);
    expect(await fixture.leftovers()).toEqual([]);
    await fixture.stop();
  });
});
