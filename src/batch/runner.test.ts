import { describe, expect, test } from 'vitest';
import type { Commit } from '../store/kv/key-value-store.ts';
import type { MemoryFaults } from '../store/kv/memory.ts';
import type { JobStatus } from '../store/tables/job-rows.ts';
import { jobChunks, jobProgress, jobStates, jobs, jobsOfAccount, jobTokens } from '../store/tables/jobs.ts';
import { TABLES } from '../store/tables/table-numbers.ts';
import { setBatchRolePolicy } from '../testing/batch-fixture.ts';
import { HookedStore } from '../testing/hooked-store.ts';
import { JobFixture } from '../testing/job-fixture.ts';
import type { MemorySiteOptions } from '../testing/memory-site.ts';
import { rolePolicy, ruleTo } from '../testing/replication-fixture.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import { jobIdOf } from './clean-up.ts';
import type { JobSpecification } from './specification.ts';

const DAY_MS = 86_400_000;

/** With so many objects that are older than the rule. */
async function fixtureWith(objects: number, options: Partial<MemorySiteOptions> = {}): Promise<JobFixture> {
  const fixture = await JobFixture.open(options);
  for (let index = 0; index < objects; index += 1) await fixture.put('source', `key ${index}`);
  await fixture.replicate('source', ruleTo('destination'));
  fixture.run();
  return fixture;
}

/** What the job ended with, when nothing runs any more. */
async function end(fixture: JobFixture, jobId: string) {
  const described = await fixture.until(jobId, 'Complete', 'Cancelled', 'Failed');
  await fixture.stop();
  expect(await fixture.leftovers()).toEqual([]);
  const { job, progress, states } = described;
  return {
    path: states.map(({ status }) => status).join(' '),
    counts: `${progress.succeeded}+${progress.failed} of ${job.tasks?.total ?? '-'}`,
    codes: job.failureReasons.map(({ code }) => code),
    rows: (await fixture.reportRows(jobId)).map(({ key, code }) => `${key} ${code}`.trim()),
  };
}

describe('the life of a job', () => {
  test('not to be confirmed: every state in order, every object at its destination, the report', async () => {
    const fixture = await fixtureWith(3);
    const jobId = await fixture.create();
    await fixture.until(jobId, 'Complete');
    for (const index of [0, 1, 2]) {
      expect(await fixture.status('destination', `key ${index}`)).toBe('REPLICA');
      expect(await fixture.status('source', `key ${index}`)).toBe('COMPLETED');
    }
    expect(await end(fixture, jobId)).toEqual({
      path: 'New Preparing Ready Active Completing Complete',
      counts: '3+0 of 3',
      codes: [],
      rows: ['key%200', 'key%201', 'key%202'],
    });
  });

  test('to be confirmed: it waits, with its number of tasks', async () => {
    const fixture = await fixtureWith(2);
    const jobId = await fixture.create({ confirmationRequired: true });
    const { job } = await fixture.until(jobId, 'Suspended');
    await fixture.clock.advance(60_000);
    expect(await fixture.jobStatus(jobId)).toBe('Suspended');
    expect(job).toMatchObject({
      tasks: { total: 2, bucket: 'source' },
      suspendedCause: 'AWAITING_CONFIRMATION',
    });
    await fixture.confirm(jobId);
    expect(await end(fixture, jobId)).toMatchObject({
      path: 'New Preparing Suspended Ready Active Completing Complete',
      counts: '2+0 of 2',
    });
  });

  test('other operations run by the same machine', async () => {
    const fixture = await fixtureWith(40);
    const operation = { name: 'S3PutObjectTagging', tags: [['by', 'job']] } as const;
    const jobId = await fixture.create({ operation });
    expect(await end(fixture, jobId)).toMatchObject({ counts: '40+0 of 40' });
    expect((await fixture.read('source', 'key 39'))?.tags).toEqual([['by', 'job']]);
  });

  test('a task that fails is counted and reported, and stops no other', async () => {
    const fixture = await fixtureWith(2);
    await setBatchRolePolicy(fixture.site, [
      { Effect: 'Allow', Action: 's3:*', Resource: '*' },
      { Effect: 'Deny', Action: 's3:InitiateReplication', Resource: 'arn:aws:s3:::source/key 1' },
    ]);
    const jobId = await fixture.create();
    expect(await end(fixture, jobId)).toMatchObject({
      path: 'New Preparing Ready Active Completing Complete',
      counts: '1+1 of 2',
      rows: ['key%200', 'key%201 InitiateReplicationNotPermitted'],
    });
  });
});

describe('a job fails', () => {
  const cases: readonly [why: string, job: Partial<JobSpecification>, code: string][] = [
    [
      'when nothing matches',
      { source: { kind: 'generator', sourceBucket: 'arn:aws:s3:::source', filter: { keyPrefixes: ['no'] } } },
      'ManifestGenerationNoKeys',
    ],
    [
      'when its bucket does not replicate',
      { source: { kind: 'generator', sourceBucket: 'arn:aws:s3:::destination', filter: {} } },
      'ReplicationConfigurationMissing',
    ],
    ['when its role is none', { roleArn: 'arn:aws:iam::111122223333:role/none' }, 'RoleNotAssumable'],
  ];
  test.each(cases)('%s', async (_why, job, code) => {
    const fixture = await fixtureWith(1);
    const jobId = await fixture.create(job);
    expect(await end(fixture, jobId)).toEqual({
      path: 'New Preparing Failing Failed',
      counts: '0+0 of -',
      codes: [code],
      rows: [],
    });
  });

  test('when its report cannot be written, after all its tasks', async () => {
    const fixture = await fixtureWith(2);
    const report = { enabled: true, bucket: 'arn:aws:s3:::nowhere', scope: 'AllTasks' } as const;
    const jobId = await fixture.create({ report });
    expect(await end(fixture, jobId)).toMatchObject({
      path: 'New Preparing Ready Active Completing Failing Failed',
      counts: '2+0 of 2',
      codes: ['ReportWriteFailed'],
    });
  });

  test('past the failure threshold: it stops, and reports what ran', async () => {
    const fixture = await fixtureWith(1_300);
    await setBatchRolePolicy(fixture.site, [
      { Effect: 'Allow', Action: 's3:*', Resource: '*' },
      { Effect: 'Deny', Action: 's3:InitiateReplication', Resource: '*' },
    ]);
    const jobId = await fixture.create();
    const { path, counts, codes, rows } = await end(fixture, jobId);
    expect({ path, codes }).toEqual({
      path: 'New Preparing Ready Active Failing Failed',
      codes: ['FailureThresholdExceeded'],
    });
    // 16 + 32 + 64 + 128 + 256 + 256 + 256
    expect(counts).toBe('0+1008 of 1300');
    expect(rows.length).toBe(1_008);
  }, 30_000);

  test('when nobody confirms it for 30 days', async () => {
    const fixture = await fixtureWith(1);
    const jobId = await fixture.create({ confirmationRequired: true });
    await fixture.until(jobId, 'Suspended');
    fixture.clock.jump(30 * DAY_MS - 60_000);
    await fixture.clock.advance(30_000);
    expect(await fixture.jobStatus(jobId)).toBe('Suspended');
    await fixture.clock.advance(60_000);
    expect(await end(fixture, jobId)).toEqual({
      path: 'New Preparing Suspended Failed',
      counts: '0+0 of 1',
      codes: ['ConfirmationExpired'],
      rows: [],
    });
  });
});

test('ninety days after its end nothing is left of a job', async () => {
  const fixture = await fixtureWith(2);
  const jobId = await fixture.create();
  await fixture.until(jobId, 'Complete');
  fixture.clock.jump(90 * DAY_MS - 7_200_000);
  await fixture.clock.advance(10_000);
  expect(await fixture.jobStatus(jobId)).toBe('Complete');
  // What only its report needs is gone sooner.
  expect(await fixture.store.range(jobChunks.range())).toEqual([]);
  fixture.clock.jump(2 * 7_200_000);
  await fixture.clock.advance(10_000);
  for (const range of [
    jobs.range(),
    jobStates.range(),
    jobProgress.range(),
    jobChunks.range(),
    jobsOfAccount.range(),
    jobTokens.range(),
  ]) {
    expect(await fixture.store.range(range)).toEqual([]);
  }
  await fixture.stop();
});

describe('a job of higher priority', () => {
  test('takes the place of another, which comes back by itself', async () => {
    const far = { down: false };
    const fixture = await fixtureWith(40, { activeJobsMax: 1, faults: unreachable('ap-south-1', far) });
    await fixture.bucket('other');
    await fixture.put('other', 'key');
    await fixture.replicate('other', ruleTo('destination'));
    await fixture.bucket('far', { region: 'ap-south-1' });
    await fixture.replicate('source', ruleTo('far'));
    await fixture.rolePolicy(rolePolicy('*', ['destination', 'far']));
    far.down = true;
    const low = await fixture.create({ priority: 1 });
    await fixture.until(low, 'Active');
    const source = { kind: 'generator', sourceBucket: 'arn:aws:s3:::other', filter: {} } as const;
    const high = await fixture.create({ priority: 2, source });
    await fixture.until(high, 'Complete');
    expect(await fixture.states(low)).toBe('New Preparing Ready Active Pausing');
    far.down = false;
    expect(await end(fixture, low)).toMatchObject({
      path: 'New Preparing Ready Active Pausing Paused Active Completing Complete',
      counts: '40+0 of 40',
    });
  });

  test('leaves another of the same bucket alone', async () => {
    const fixture = await fixtureWith(40, { activeJobsMax: 1 });
    const low = await fixture.create({ priority: 1 });
    const high = await fixture.create({ priority: 2 });
    await fixture.until(low, 'Complete');
    await fixture.until(high, 'Complete');
    for (const jobId of [low, high]) expect(await fixture.states(jobId)).not.toContain('Pausing');
    expect((await fixture.reportRows(low)).length).toBe(40);
    expect((await end(fixture, high)).rows.length).toBe(40);
  });
});

describe('cancelled', () => {
  /** After the first commit of which `when` says so, even before the runner is answered. */
  async function cancelledAt(when: (what: Commit) => boolean, more: Partial<JobSpecification> = {}) {
    let jobId: string | undefined;
    let cancelled = false;
    const fixture: JobFixture = await fixtureWith(300, {
      wrapStore: (store) =>
        new HookedStore(store, async (commit, what) => {
          const result = await commit();
          jobId ??= jobEntering(what, 'New');
          if (jobId === undefined || cancelled || result.outcome !== 'committed' || !when(what))
            return result;
          cancelled = true;
          await fixture.cancel(jobId);
          return result;
        }),
    });
    return await end(fixture, await fixture.create(more));
  }

  test.each([
    ['New', 'New Cancelling Cancelled'],
    ['Preparing', 'New Preparing Cancelling Cancelled'],
    ['Ready', 'New Preparing Ready Cancelling Cancelled'],
    ['Active', 'New Preparing Ready Active Cancelling Cancelled'],
  ] as const)('in %s', async (status, path) => {
    const cancelled = await cancelledAt((what) => jobEntering(what, status) !== undefined);
    expect(cancelled).toMatchObject({ path, codes: [], rows: [] });
  });

  test('in Suspended: at once', async () => {
    const suspended = (what: Commit) => jobEntering(what, 'Suspended') !== undefined;
    expect(await cancelledAt(suspended, { confirmationRequired: true })).toMatchObject({
      path: 'New Preparing Suspended Cancelled',
      counts: '0+0 of 300',
    });
  });

  test('in Active, with tasks done: they are reported, and no others', async () => {
    const { path, counts, rows } = await cancelledAt(endsChunk);
    expect(path).toBe('New Preparing Ready Active Cancelling Cancelled');
    expect(rows.length).toBe(Number(counts.split('+')[0]));
    expect(rows.length).toBeGreaterThan(0);
  });

  test('in Active, an operation: tasks that have not begun never do', async () => {
    const operation = { name: 'S3PutObjectTagging', tags: [['by', 'job']] } as const;
    const { path, counts, rows } = await cancelledAt(changesTags, { operation });
    expect(path).toBe('New Preparing Ready Active Cancelling Cancelled');
    expect(rows.length).toBe(Number(counts.split('+')[0]));
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.length).toBeLessThan(300);
  });

  test('while a destination cannot be reached: what waits for it never ran', async () => {
    const far = { down: false };
    const fixture = await fixtureWith(20, { faults: unreachable('ap-south-1', far) });
    await fixture.bucket('far', { region: 'ap-south-1' });
    await fixture.rolePolicy(rolePolicy('source', ['far']));
    await fixture.replicate('source', ruleTo('far'));
    far.down = true;
    const jobId = await fixture.create();
    await fixture.until(jobId, 'Active');
    await fixture.clock.advance(10_000);
    expect(await fixture.status('source', 'key 0')).toBe('PENDING');
    await fixture.cancel(jobId);
    await fixture.until(jobId, 'Cancelled');
    far.down = false;
    expect(await end(fixture, jobId)).toEqual({
      path: 'New Preparing Ready Active Cancelling Cancelled',
      counts: '0+0 of 20',
      codes: [],
      rows: [],
    });
    expect(await fixture.status('source', 'key 0')).toBeUndefined();
  });
});

describe('runners', () => {
  test('of two, one works; when it goes, the other does', async () => {
    const fixture = await fixtureWith(30, { workers: 2 });
    const ofRegion = fixture.site.runners.filter((_, index) => index % 2 === 0);
    const first = await fixture.create({ confirmationRequired: true });
    await fixture.until(first, 'Suspended');
    const holders = ofRegion.filter((runner) => runner.counts().size > 0);
    expect(holders).toHaveLength(1);
    for (const holder of holders) await fixture.clock.run(holder.stop());
    await fixture.confirm(first);
    expect(await end(fixture, first)).toMatchObject({ counts: '30+0 of 30' });
  });

  test('whatever the store answers, jobs end, and each task is reported once', async () => {
    for (let seed = 1; seed <= 8; seed += 1) {
      const dice = new SeededRandom(seed);
      const weather = { bad: false };
      const faults = (): MemoryFaults => ({
        commit() {
          if (!weather.bad || !dice.chance(0.15)) return undefined;
          return dice.pick(['unavailable', 'unknown-written', 'unknown-lost'] as const);
        },
        read: () => weather.bad && dice.chance(0.03),
      });
      const fixture = await fixtureWith(40, { faults });
      const replication = await fixture.create();
      const tagging = await fixture.create({ operation: { name: 'S3DeleteObjectTagging' } });
      weather.bad = true;
      await fixture.clock.advance(120_000);
      weather.bad = false;
      await fixture.until(replication, 'Complete');
      expect((await fixture.reportRows(replication)).length).toBe(40);
      expect(await end(fixture, tagging)).toMatchObject({
        path: 'New Preparing Ready Active Completing Complete',
        counts: '40+0 of 40',
      });
      expect(await fixture.states(replication)).toBe('New Preparing Ready Active Completing Complete');
    }
  }, 60_000);
});

/** The job that a commit takes into a state. */
function jobEntering({ writes }: Commit, status: JobStatus): string | undefined {
  for (const write of writes) {
    if (write.kind !== 'put' || write.key[0] !== TABLES.jobStates) continue;
    const value = Buffer.from(write.value);
    if (jobStates.decode({ value }).status === status) return jobIdOf(Buffer.from(write.key));
  }
  return undefined;
}

function endsChunk({ writes }: Commit): boolean {
  return writes.some((write) => {
    if (write.kind !== 'put' || write.key[0] !== TABLES.jobTasks) return false;
    return jobChunks.decode({ value: Buffer.from(write.value) }).state === 'done';
  });
}

function changesTags({ writes }: Commit): boolean {
  return writes.some(({ kind, key }) => kind === 'put' && key[0] === TABLES.facets);
}

/** Nothing can be read or written in a region while it is down. */
function unreachable(region: string, state: { readonly down: boolean }) {
  return (name: string): MemoryFaults => {
    if (name !== region) return {};
    return { commit: () => (state.down ? 'unavailable' : undefined), read: () => state.down };
  };
}
