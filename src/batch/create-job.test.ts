import { afterEach, expect, test } from 'vitest';
import type { Commit } from '../store/kv/key-value-store.ts';
import { MemoryStore } from '../store/kv/memory.ts';
import { jobStates, jobs, jobsOfAccount } from '../store/tables/jobs.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import { SimulatedClock } from '../testing/simulated-clock.ts';
import { createJob } from './create-job.ts';
import { describeJob } from './describe-job.ts';
import { putJobTags } from './job-tags.ts';
import { listJobs } from './list-jobs.ts';
import type { JobSpecification } from './specification.ts';
import { enterState } from './transition.ts';
import { updateJobPriority } from './update-job-priority.ts';
import { updateJobStatus } from './update-job-status.ts';

const ACCOUNT = '111122223333';

type Fault = 'unknown-written' | 'unknown-lost' | undefined;

/** What the next commits meet, in order. */
let faults: Fault[] = [];
afterEach(() => {
  faults = [];
});

function newPlace() {
  const store = new MemoryStore({ faults: { commit: (_commit: Commit) => faults.shift() } });
  return { store, clock: new SimulatedClock(), account: ACCOUNT, random: new SeededRandom(7) };
}
type Place = ReturnType<typeof newPlace>;

function specification(more: Partial<JobSpecification> = {}): JobSpecification {
  return {
    operation: { name: 'S3ReplicateObject' },
    source: { kind: 'generator', sourceBucket: 'arn:aws:s3:::source', filter: {} },
    report: { enabled: false },
    roleArn: `arn:aws:iam::${ACCOUNT}:role/batch`,
    confirmationRequired: true,
    tags: [],
    priority: 1,
    clientRequestToken: 'token',
    ...more,
  };
}

/** As the runner: through these states. */
async function suspend(place: Place, jobId: string): Promise<void> {
  for (const status of ['Preparing', 'Suspended'] as const) {
    const [row] = await place.store.get([jobs.key(jobId)]);
    if (row === undefined) throw new Error('no job');
    const { writes } = enterState(jobs.decode(row), status, { atMs: place.clock.now() });
    await place.store.commit({ checks: [jobs.check(row.version, jobId)], writes });
  }
}

const rowsOf = async ({ store }: Place) => ({
  jobs: (await store.range(jobs.range())).length,
  listed: (await store.range(jobsOfAccount.range(ACCOUNT))).length,
  states: (await store.range(jobStates.range())).length,
});

test.each<[string, Fault[]]>([
  ['a commit whose answer is lost', ['unknown-written']],
  ['a commit that is lost', ['unknown-lost']],
  ['both, again and again', ['unknown-lost', 'unknown-lost', 'unknown-written']],
])('%s makes one job', async (_what, met) => {
  const place = newPlace();
  faults = [...met];
  const jobId = await createJob(place, specification());
  expect(await rowsOf(place)).toEqual({ jobs: 1, listed: 1, states: 1 });
  expect((await describeJob(place.store, jobId))?.job.status).toBe('New');
  expect(await createJob(place, specification())).toBe(jobId);
});

test('a store that never says whether it wrote is told of as such', async () => {
  const place = newPlace();
  faults = Array.from({ length: 100 }, () => 'unknown-lost' as const);
  await expect(createJob(place, specification())).rejects.toMatchObject({ code: 'TooManyRequestsException' });
  expect(await rowsOf(place)).toEqual({ jobs: 0, listed: 0, states: 0 });
});

test('first uses of a token at the same moment make one job; another request loses', async () => {
  const place = newPlace();
  const asked = Array.from({ length: 20 }, (_, index) =>
    createJob(place, specification({ priority: index % 2 })).catch((error: unknown) => error),
  );
  const answers = await Promise.all(asked);
  const made = answers.filter((answer) => typeof answer === 'string');
  expect(new Set(made).size).toBe(1);
  expect(made).toHaveLength(10);
  expect(await rowsOf(place)).toEqual({ jobs: 1, listed: 1, states: 1 });
});

test('a confirmation whose answer is lost is a confirmation, and is made once', async () => {
  const place = newPlace();
  const jobId = await createJob(place, specification());
  await suspend(place, jobId);
  faults = ['unknown-written'];
  const job = await updateJobStatus(place, { jobId, requested: 'Ready', reason: 'go on' });
  expect(job).toMatchObject({ status: 'Ready', statusUpdateReason: 'go on', statesEntered: 4 });
  const described = await describeJob(place.store, jobId);
  expect(described?.states.map(({ status, cause }) => [status, cause])).toEqual([
    ['New', undefined],
    ['Preparing', undefined],
    ['Suspended', undefined],
    ['Ready', 'confirmed: go on'],
  ]);
});

test('what is decided is decided on the row that is replaced', async () => {
  const place = newPlace();
  const jobId = await createJob(place, specification());
  const seen: string[] = [];
  const job = await updateJobPriority(place, {
    jobId,
    priority: 5,
    permit: async (now) => {
      seen.push(now.tags.join());
      // Another change comes between, once.
      if (seen.length === 1) await putJobTags(place, { jobId, tags: [['team', 'data']] });
    },
  });
  expect(seen).toEqual(['', 'team,data']);
  expect(job).toMatchObject({ priority: 5, tags: [['team', 'data']] });
});

test('what may not be is not done', async () => {
  const place = newPlace();
  const jobId = await createJob(place, specification());
  const denied = new Error('denied');
  const permit = () => Promise.reject(denied);
  await expect(updateJobStatus(place, { jobId, requested: 'Cancelled', permit })).rejects.toBe(denied);
  await expect(updateJobPriority(place, { jobId, priority: 9, permit })).rejects.toBe(denied);
  await expect(putJobTags(place, { jobId, tags: [['a', 'b']], permit })).rejects.toBe(denied);
  expect((await describeJob(place.store, jobId))?.job).toMatchObject({
    status: 'New',
    priority: 1,
    tags: [],
  });
});

test('a list walks through more jobs than are read at once, and skips what is deleted meanwhile', async () => {
  const place = newPlace();
  const made: string[] = [];
  for (let index = 0; index < 450; index += 1) {
    if (index % 3 === 0) await place.clock.advance(1);
    made.push(
      await createJob(place, specification({ clientRequestToken: `token ${index}`, priority: index })),
    );
  }
  const whole = await listJobs(place, { statuses: [], jobsMax: 1000 });
  expect(whole.nextToken).toBeUndefined();
  expect(new Set(whole.jobs.map(({ job }) => job.jobId))).toEqual(new Set(made));
  const times = whole.jobs.map(({ job }) => job.createdAtMs);
  expect(times).toEqual(times.toSorted((one, other) => other - one));

  const walked: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await listJobs(place, {
      statuses: [],
      jobsMax: 7,
      ...(nextToken !== undefined && { nextToken }),
    });
    walked.push(...page.jobs.map(({ job }) => job.jobId));
    ({ nextToken } = page);
    const last = page.jobs.at(-1)?.job;
    // The one that the token names is deleted before the next page is asked for.
    if (last !== undefined && walked.length === 70) {
      await place.store.commit({
        checks: [],
        writes: [jobs.delete(last.jobId), jobsOfAccount.delete(ACCOUNT, last.createdAtMs, last.jobId)],
      });
    }
  } while (nextToken !== undefined);
  expect(walked).toEqual(whole.jobs.map(({ job }) => job.jobId));

  const some = await listJobs(place, { statuses: ['Suspended'], jobsMax: 5 });
  expect(some).toEqual({ jobs: [] });
});
