import { describe, expect, test } from 'vitest';
import type { JobStatus } from '../store/tables/job-rows.ts';
import { CrashPoint, HookedStore } from '../testing/hooked-store.ts';
import { JobFixture } from '../testing/job-fixture.ts';
import { ruleTo } from '../testing/replication-fixture.ts';
import type { JobSpecification } from './specification.ts';

/** Two chunks: of 16 and of 2. */
const OBJECTS = 18;
const EVERY_STATE = 'New Preparing Suspended Ready Active Completing Complete';

interface Scenario {
  readonly job: Partial<JobSpecification>;
  /** What the user does when the job is seen in this state. */
  readonly act?: {
    readonly in: JobStatus;
    readonly do: (fixture: JobFixture, jobId: string) => Promise<unknown>;
  };
  readonly ends: JobStatus;
}

const confirm: Scenario['act'] = { in: 'Suspended', do: (fixture, jobId) => fixture.confirm(jobId) };

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'replicates, with a manifest that is kept': {
    job: {
      confirmationRequired: true,
      source: {
        kind: 'generator',
        sourceBucket: 'arn:aws:s3:::source',
        filter: {},
        output: {
          bucket: 'arn:aws:s3:::reports',
          prefix: 'manifests',
          format: 'S3InventoryReport_CSV_20211130',
          sseS3: true,
        },
      },
    },
    act: confirm,
    ends: 'Complete',
  },
  'tags each object': {
    job: { confirmationRequired: true, operation: { name: 'S3PutObjectTagging', tags: [['by', 'job']] } },
    act: confirm,
    ends: 'Complete',
  },
  'is cancelled': {
    job: {},
    act: { in: 'Active', do: (fixture, jobId) => fixture.cancel(jobId) },
    ends: 'Cancelled',
  },
  'fails for its report': {
    job: { report: { enabled: true, bucket: 'arn:aws:s3:::nowhere', scope: 'AllTasks' } },
    ends: 'Failed',
  },
};

/** Runs the scenario in a process that dies around its n-th commit, and in another from there on. */
async function live(scenario: Scenario, crashAt: number, written: boolean) {
  const point = new CrashPoint(crashAt, written);
  const fixture = await JobFixture.open({
    wrapStore: (store) => new HookedStore(store, (commit) => point.run(commit)),
  });
  for (let index = 0; index < OBJECTS; index += 1) await fixture.put('source', `key ${index}`);
  await fixture.replicate('source', ruleTo('destination'));
  const jobId = await fixture.create(scenario.job);
  fixture.run();
  point.arm(() => fixture.crash());
  let crashed = false;
  const acted = { done: false };
  for (let step = 0; step < 20_000; step += 1) {
    if (!fixture.alive) {
      crashed = true;
      await fixture.openSite();
      fixture.run();
    }
    const seen = await fixture.jobStatus(jobId).catch(() => undefined);
    if (scenario.act !== undefined && seen === scenario.act.in && !acted.done) {
      acted.done = true;
      // Of its own accord a process dies there, too: then the user asks again.
      await Promise.race([scenario.act.do(fixture, jobId), fixture.died]).catch(() => undefined);
      if (!fixture.alive) acted.done = false;
      continue;
    }
    if (fixture.alive && (seen === scenario.ends || seen === 'Complete')) break;
    await fixture.clock.step();
  }
  point.disarm();
  return { fixture, jobId, crashed };
}

describe.each(Object.entries(SCENARIOS))('a job that %s', (_name, scenario) => {
  test('ends as if nothing had happened, whichever commit a crash comes in', async () => {
    for (let crashAt = 1; ; crashAt += 1) {
      const written = crashAt % 2 === 0;
      const { fixture, jobId, crashed } = await live(scenario, crashAt, written);
      const { job, progress, states } = await fixture.describe(jobId);
      const path = states.map(({ status }) => status).join(' ');
      const at = `crashed at ${crashAt}, ${path}`;
      expect([at, job.status === scenario.ends || job.status === 'Complete']).toEqual([at, true]);
      expect([at, states.length, new Set(path.split(' ')).size]).toEqual([
        at,
        job.statesEntered,
        states.length,
      ]);
      if (scenario.ends === 'Complete') expect(path).toBe(EVERY_STATE);
      if (job.status === 'Complete')
        expect([at, progress.succeeded, progress.failed]).toEqual([at, OBJECTS, 0]);
      const rows = job.status === 'Failed' ? [] : await fixture.reportRows(jobId);
      expect([at, rows.length, new Set(rows.map(({ key }) => key)).size]).toEqual([
        at,
        job.status === 'Failed' ? 0 : progress.succeeded,
        rows.length,
      ]);
      if (job.operation.name === 'S3ReplicateObject') {
        const there = await fixture.versions('destination');
        expect([at, there.length >= progress.succeeded]).toEqual([at, true]);
        for (const { key } of rows) {
          expect(await fixture.status('source', decodeURIComponent(key))).toBe('COMPLETED');
        }
      }
      await fixture.stop();
      expect(await fixture.leftovers()).toEqual([]);
      if (!crashed) break;
    }
  }, 120_000);
});
