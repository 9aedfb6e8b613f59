import { describe, expect, test } from 'vitest';
import type { MemoryFaults } from '../store/kv/memory.ts';
import { jobChunks, jobProgress, jobStates, jobs, jobsOfAccount, jobTokens } from '../store/tables/jobs.ts';
import { setBatchRolePolicy } from '../testing/batch-fixture.ts';
import { JobFixture } from '../testing/job-fixture.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import type { JobSpecification } from './specification.ts';

const DAY_MS = 86_400_000;

describe('the life of a job', () => {
  test('not to be confirmed: every state in order, every object at its destination, the report', async () => {
    const fixture = await JobFixture.withObjects(3);
    const jobId = await fixture.create();
    await fixture.until(jobId, 'Complete');
    for (const index of [0, 1, 2]) {
      expect(await fixture.status('destination', `key ${index}`)).toBe('REPLICA');
      expect(await fixture.status('source', `key ${index}`)).toBe('COMPLETED');
    }
    expect(await fixture.end(jobId)).toEqual({
      path: 'New Preparing Ready Active Completing Complete',
      counts: '3+0 of 3',
      codes: [],
      rows: ['key%200', 'key%201', 'key%202'],
    });
  });

  test('to be confirmed: it waits, with its number of tasks', async () => {
    const fixture = await JobFixture.withObjects(2);
    const jobId = await fixture.create({ confirmationRequired: true });
    const { job } = await fixture.until(jobId, 'Suspended');
    await fixture.clock.advance(60_000);
    expect(await fixture.jobStatus(jobId)).toBe('Suspended');
    expect(job).toMatchObject({
      tasks: { total: 2, bucket: 'source' },
      suspendedCause: 'AWAITING_CONFIRMATION',
    });
    await fixture.confirm(jobId);
    expect(await fixture.end(jobId)).toMatchObject({
      path: 'New Preparing Suspended Ready Active Completing Complete',
      counts: '2+0 of 2',
    });
  });

  test('other operations run by the same machine', async () => {
    const fixture = await JobFixture.withObjects(40);
    const operation = { name: 'S3PutObjectTagging', tags: [['by', 'job']] } as const;
    const jobId = await fixture.create({ operation });
    expect(await fixture.end(jobId)).toMatchObject({ counts: '40+0 of 40' });
    expect((await fixture.read('source', 'key 39'))?.tags).toEqual([['by', 'job']]);
  });

  test('a task that fails is counted and reported, and stops no other', async () => {
    const fixture = await JobFixture.withObjects(2);
    await setBatchRolePolicy(fixture.site, [
      { Effect: 'Allow', Action: 's3:*', Resource: '*' },
      { Effect: 'Deny', Action: 's3:InitiateReplication', Resource: 'arn:aws:s3:::source/key 1' },
    ]);
    const jobId = await fixture.create();
    expect(await fixture.end(jobId)).toMatchObject({
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
    const fixture = await JobFixture.withObjects(1);
    const jobId = await fixture.create(job);
    expect(await fixture.end(jobId)).toEqual({
      path: 'New Preparing Failing Failed',
      counts: '0+0 of -',
      codes: [code],
      rows: [],
    });
  });

  test('when its report cannot be written, after all its tasks', async () => {
    const fixture = await JobFixture.withObjects(2);
    const report = { enabled: true, bucket: 'arn:aws:s3:::nowhere', scope: 'AllTasks' } as const;
    const jobId = await fixture.create({ report });
    expect(await fixture.end(jobId)).toMatchObject({
      path: 'New Preparing Ready Active Completing Failing Failed',
      counts: '2+0 of 2',
      codes: ['ReportWriteFailed'],
    });
  });

  test('past the failure threshold: it stops, and reports what ran', async () => {
    const fixture = await JobFixture.withObjects(1_300);
    await setBatchRolePolicy(fixture.site, [
      { Effect: 'Allow', Action: 's3:*', Resource: '*' },
      { Effect: 'Deny', Action: 's3:InitiateReplication', Resource: '*' },
    ]);
    const jobId = await fixture.create();
    const { path, counts, codes, rows } = await fixture.end(jobId);
    expect({ path, codes }).toEqual({
      path: 'New Preparing Ready Active Failing Failed',
      codes: ['FailureThresholdExceeded'],
    });
    // 16 + 32 + 64 + 128 + 256 + 256 + 256
    expect(counts).toBe('0+1008 of 1300');
    expect(rows.length).toBe(1_008);
  }, 30_000);

  test('when nobody confirms it for 30 days', async () => {
    const fixture = await JobFixture.withObjects(1);
    const jobId = await fixture.create({ confirmationRequired: true });
    await fixture.until(jobId, 'Suspended');
    fixture.clock.jump(30 * DAY_MS - 60_000);
    await fixture.clock.advance(30_000);
    expect(await fixture.jobStatus(jobId)).toBe('Suspended');
    await fixture.clock.advance(60_000);
    expect(await fixture.end(jobId)).toEqual({
      path: 'New Preparing Suspended Failed',
      counts: '0+0 of 1',
      codes: ['ConfirmationExpired'],
      rows: [],
    });
  });
});

test('ninety days after its end nothing is left of a job', async () => {
  const fixture = await JobFixture.withObjects(2);
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

test('jobs whose manifest cannot be reached for now hold up no other', async () => {
  const far = { down: false };
  const faults = (name: string): MemoryFaults => ({ read: () => far.down && name === 'ap-south-1' });
  const fixture = await JobFixture.withObjects(1, { faults });
  await fixture.bucket('lists', { region: 'ap-south-1', versioned: false });
  await fixture.put('lists', 'list', 'source,key 0\n');
  far.down = true;
  const waiting: string[] = [];
  const source = {
    kind: 'manifest',
    format: 'S3BatchOperations_CSV_20180820',
    fields: ['Bucket', 'Key'],
    objectArn: 'arn:aws:s3:::lists/list',
    etag: 'a6ff4e2cc0d8b7e4ad9c8bfa7e40bb0e',
  } as const;
  for (let count = 0; count < 6; count += 1) waiting.push(await fixture.create({ source }));
  await fixture.clock.advance(5_000);
  await fixture.until(await fixture.create(), 'Complete');
  for (const jobId of waiting) expect(await fixture.jobStatus(jobId)).toBe('Preparing');
  far.down = false;
  for (const jobId of waiting) {
    const { job } = await fixture.until(jobId, 'Complete', 'Failed');
    // It was read: the ETag is of another object.
    expect(job.failureReasons.map(({ code }) => code)).toEqual(['ManifestETagMismatch']);
  }
  await fixture.stop();
});

describe('runners', () => {
  test('of two, one works; when it goes, the other does', async () => {
    const fixture = await JobFixture.withObjects(30, { workers: 2 });
    const ofRegion = fixture.site.runners.filter((_, index) => index % 2 === 0);
    const first = await fixture.create({ confirmationRequired: true });
    await fixture.until(first, 'Suspended');
    const holders = ofRegion.filter((runner) => runner.counts().size > 0);
    expect(holders).toHaveLength(1);
    for (const holder of holders) await fixture.clock.run(holder.stop());
    await fixture.confirm(first);
    expect(await fixture.end(first)).toMatchObject({ counts: '30+0 of 30' });
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
      const fixture = await JobFixture.withObjects(40, { faults });
      const replication = await fixture.create();
      const tagging = await fixture.create({ operation: { name: 'S3DeleteObjectTagging' } });
      weather.bad = true;
      await fixture.clock.advance(120_000);
      weather.bad = false;
      await fixture.until(replication, 'Complete');
      expect((await fixture.reportRows(replication)).length).toBe(40);
      expect(await fixture.end(tagging)).toMatchObject({
        path: 'New Preparing Ready Active Completing Complete',
        counts: '40+0 of 40',
      });
      expect(await fixture.states(replication)).toBe('New Preparing Ready Active Completing Complete');
    }
  }, 60_000);
});
