import { expect, test } from 'vitest';
import type { Commit } from '../store/kv/key-value-store.ts';
import { TABLES } from '../store/tables/table-numbers.ts';
import { HookedStore } from '../testing/hooked-store.ts';
import { JobFixture } from '../testing/job-fixture.ts';
import { ruleTo } from '../testing/replication-fixture.ts';
import { currentProgress, NO_PROGRESS } from './progress.ts';

const OBJECTS = 120;

/** What a user would see after each commit that has to do with the job. */
async function progressSeen(operation?: 'S3DeleteObjectTagging') {
  const seen: { readonly succeeded: number; readonly failed: number }[] = [];
  let jobId: string | undefined;
  const fixture: JobFixture = await JobFixture.open({
    wrapStore: (store, name) =>
      new HookedStore(store, async (commit, what) => {
        const result = await commit();
        if (name === 'us-east-1' && jobId !== undefined && concernsJobs(what))
          seen.push(await currentProgress(store, jobId));
        return result;
      }),
  });
  for (let index = 0; index < OBJECTS; index += 1) await fixture.put('source', `key ${index}`);
  await fixture.replicate('source', ruleTo('destination'));
  jobId = await fixture.create(operation === undefined ? {} : { operation: { name: operation } });
  expect(await currentProgress(fixture.store, jobId)).toEqual(NO_PROGRESS);
  fixture.run();
  await fixture.until(jobId, 'Complete');
  await fixture.stop();
  return seen;
}

function concernsJobs({ writes }: Commit): boolean {
  const tables: readonly (number | undefined)[] = [TABLES.jobAnswers, TABLES.jobTasks, TABLES.jobProgress];
  return writes.some(({ key }) => tables.includes(key[0]));
}

test('it moves with every answer, never back, and ends with the total', async () => {
  const seen = (await progressSeen()).map(({ succeeded }) => succeeded);
  expect(seen).toEqual(seen.toSorted((one, other) => one - other));
  // More often than its four chunks end: their answers count, too.
  expect(new Set(seen).size).toBeGreaterThan(4);
  expect(seen.at(-1)).toBe(OBJECTS);
});

test('of other operations, too', async () => {
  const seen = (await progressSeen('S3DeleteObjectTagging')).map(({ succeeded }) => succeeded);
  expect(seen).toEqual(seen.toSorted((one, other) => one - other));
  expect(seen.at(-1)).toBe(OBJECTS);
});
