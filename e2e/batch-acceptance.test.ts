import { ListJobsCommand, UpdateJobPriorityCommand } from '@aws-sdk/client-s3-control';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { JobStatus } from '../src/store/tables/job-rows.ts';
import { rolePolicy, ruleTo } from '../src/testing/replication-fixture.ts';
import { Trap } from './batch-trap.ts';
import { BatchWorld, deny, REPORT } from './batch-world.ts';

// Section 15 of the reference (s3-batch-replication), row by row, through the SDK. Every world checks at its end that
// nothing was logged as a fault.

const TEST_MS_MAX = 120_000;
const DAY_MS = 86_400_000;
const WRITERS = 16;
/** Tasks of a job that is still running when something else happens to it. */
const MANY = 1500;

/** A disk, so that a job takes its time and leaves some to others; for the test's own preparations it takes none. */
class SlowDisk {
  syncMs = 0;
  readonly faults = () => ({
    sync: async () => {
      if (this.syncMs > 0) await new Promise((resolve) => setTimeout(resolve, this.syncMs));
    },
  });
}
const SYNC_MS = 10;
const DONE = 'New Preparing Ready Active Completing Complete';

async function startWorld(options: Parameters<typeof BatchWorld.start>[0] = {}): Promise<BatchWorld> {
  const world = await BatchWorld.start(options);
  onTestFinished(() => world[Symbol.asyncDispose]());
  return world;
}

/** Fills `older` with all that a bucket can hold: a version from before versioning, two of one key, a delete marker over
 * another one. */
async function fillOlder(world: BatchWorld): Promise<void> {
  await world.bucket('older', false);
  await world.put('older', 'from before versioning');
  await world.enableVersioning('older');
  await world.put('older', 'photos/twice', 'first');
  await world.put('older', 'photos/twice', 'second');
  await world.put('older', 'deleted');
  await world.remove('older', 'deleted');
}
/** Versions and markers of `older`. */
const OLDER = 5;

async function put(world: BatchWorld, bucket: string, count: number): Promise<void> {
  let next = 0;
  const writers = Array.from({ length: WRITERS }, async () => {
    while (next < count) await world.put(bucket, `key ${next++}`);
  });
  await Promise.all(writers);
}

/** What is written now arrives: whatever a live rule would bring of what was written before has had its time. */
async function liveArrives(world: BatchWorld, bucket = 'source', key = 'live'): Promise<void> {
  await world.put(bucket, key);
  await world.until(bucket, key, 'COMPLETED');
}

/** Keys that are not there, so that their tasks fail. */
const missing = (count: number) =>
  Array.from({ length: count }, (_, index) => ['source', `missing-${index}`]);

async function someSucceeded(world: BatchWorld, jobId: string): Promise<void> {
  const succeeded = async () => (await world.numbers(jobId))[1] ?? 0;
  await expect.poll(succeeded, { interval: 2, timeout: 60_000 }).toBeGreaterThan(0);
}

/** Every task that ran is in the report once, and no other. */
async function expectReported(world: BatchWorld, jobId: string): Promise<void> {
  const [total = 0, succeeded = 0, failed = 0] = await world.numbers(jobId);
  const { lines = [] } = (await world.report(jobId)) ?? {};
  expect(lines.filter(({ outcome }) => outcome === 'succeeded')).toHaveLength(succeeded);
  expect(lines.filter(({ outcome }) => outcome === 'failed')).toHaveLength(failed);
  expect(new Set(lines.map(({ key, versionId }) => `${key} ${versionId}`)).size).toBe(lines.length);
  expect(lines.length).toBeLessThanOrEqual(total);
}

/** Every version of `source` was replicated once, and is reported once. */
async function expectWhole(world: BatchWorld, jobId: string, count: number): Promise<void> {
  expect(await world.numbers(jobId)).toEqual([count, count, 0]);
  expect(await world.versions('destination')).toEqual(await world.versions('source'));
  await expectReported(world, jobId);
}

describe('the acceptance checklist', { timeout: TEST_MS_MAX }, () => {
  it('1: what is older than the rule does not replicate, and shows no status', async () => {
    const world = await startWorld();
    await fillOlder(world);
    await world.replicate('older', ruleTo('destination'));
    await liveArrives(world, 'older');
    expect((await world.versions('destination')).map((version) => version.split(' ')[0])).toEqual(['live']);
    for (const key of ['from before versioning', 'photos/twice']) {
      expect(await world.status('older', key)).toBeUndefined();
    }
  });

  it('2: a job to be confirmed: New, Preparing, Suspended; its total is what is eligible', async () => {
    const world = await startWorld();
    await fillOlder(world);
    await world.replicate('older', ruleTo('destination'));
    const jobId = await world.createJob({ source: 'older', ConfirmationRequired: true });
    const job = await world.reached(jobId, 'Suspended');
    expect(await world.states(jobId)).toBe('New Preparing Suspended');
    expect(job).toMatchObject({
      SuspendedCause: 'AWAITING_CONFIRMATION',
      SuspendedDate: expect.any(Date),
      ProgressSummary: { TotalNumberOfTasks: OLDER, NumberOfTasksSucceeded: 0, NumberOfTasksFailed: 0 },
    });
    expect(await world.versions('destination')).toEqual([]);
  });

  it('3: confirmed, it replicates every version as it is, and reports each', async () => {
    const world = await startWorld();
    await fillOlder(world);
    await world.replicate('older', ruleTo('destination'));
    const jobId = await world.createJob({ source: 'older', ConfirmationRequired: true });
    await world.reached(jobId, 'Suspended');
    expect(await world.update(jobId, 'Ready')).toBe('Ready');
    await world.reached(jobId, 'Complete');
    expect(await world.states(jobId)).toBe('New Preparing Suspended Ready Active Completing Complete');
    expect(await world.numbers(jobId)).toEqual([OLDER, OLDER, 0]);

    const report = await world.report(jobId);
    expect(report?.files).toEqual(['succeeded']);
    const reported = (report?.lines ?? []).map(
      ({ key, versionId }) => `${decodeURIComponent(key)} ${versionId}`,
    );
    const listed = (await world.versions('older')).map((version) => /^(.*) (\S+)( "| deleted)/.exec(version));
    expect(reported.toSorted()).toEqual(listed.map((match) => `${match?.[1]} ${match?.[2]}`).toSorted());
    expect(
      new Set(
        report?.lines.map(({ bucket, outcome, httpStatus, code }) =>
          [bucket, outcome, httpStatus, code].join(),
        ),
      ),
    ).toEqual(new Set(['older,succeeded,200,']));

    // Key, version id, ETag and creation time are the source's.
    expect(await world.versions('destination')).toEqual(await world.versions('older'));
    for (const key of ['from before versioning', 'photos/twice']) {
      expect(await world.status('destination', key)).toBe('REPLICA');
      expect(await world.status('older', key)).toBe('COMPLETED');
    }
  });

  it('4: a job that needs no confirmation is never Suspended', async () => {
    const world = await startWorld();
    await put(world, 'source', 3);
    await world.replicate('source', ruleTo('destination'));
    const jobId = await world.createJob();
    const job = await world.reached(jobId, 'Complete');
    expect(await world.states(jobId)).toBe(DONE);
    expect(job.SuspendedDate).toBeUndefined();
    expect(await world.versions('destination')).toEqual(await world.versions('source'));
  });

  it('5: afterwards nothing has the status NONE: the job fails for want of keys', async () => {
    const world = await startWorld();
    await put(world, 'source', 3);
    await world.replicate('source', ruleTo('destination'));
    const filter = { ObjectReplicationStatuses: ['NONE' as const] };
    const first = await world.createJob({ filter });
    await world.reached(first, 'Complete');
    expect(await world.numbers(first)).toEqual([3, 3, 0]);
    const second = await world.createJob({ filter });
    const job = await world.reached(second, 'Failed');
    expect(await world.states(second)).toBe('New Preparing Failing Failed');
    expect(job.FailureReasons).toEqual([
      { FailureCode: 'ManifestGenerationNoKeys', FailureReason: expect.any(String) },
    ]);
    expect(job.TerminationDate).toEqual(expect.any(Date));
    expect(await world.report(second)).toBeUndefined();
  });

  it('6: what failed stays FAILED after the repair, until a job takes it up', async () => {
    const world = await startWorld();
    await world.replicate('source', ruleTo('destination'));
    await world.rolePolicy('replicate', deny('s3:ReplicateObject', 'arn:aws:s3:::destination/*'));
    await world.put('source', 'failed');
    await world.until('source', 'failed', 'FAILED');
    await world.rolePolicy('replicate', rolePolicy('*', ['*']));
    await liveArrives(world);
    expect(await world.status('source', 'failed')).toBe('FAILED');

    const jobId = await world.createJob({ filter: { ObjectReplicationStatuses: ['FAILED'] } });
    await world.reached(jobId, 'Complete');
    expect(await world.numbers(jobId)).toEqual([1, 1, 0]);
    expect(await world.status('source', 'failed')).toBe('COMPLETED');
    expect(await world.status('destination', 'failed')).toBe('REPLICA');
  });

  it('7: a second destination is filled through COMPLETED; the first stays as it is', async () => {
    const world = await startWorld();
    await world.bucket('second');
    await world.replicate('source', ruleTo('destination'));
    await liveArrives(world, 'source', 'one');
    await liveArrives(world, 'source', 'two');
    const before = await world.versions('destination');
    await world.replicate('source', ruleTo('destination'), ruleTo('second', { Priority: 2 }));
    const jobId = await world.createJob({ filter: { ObjectReplicationStatuses: ['COMPLETED'] } });
    await world.reached(jobId, 'Complete');
    expect(await world.numbers(jobId)).toEqual([2, 2, 0]);
    expect(await world.versions('second')).toEqual(await world.versions('source'));
    expect(await world.versions('destination')).toEqual(before);
    expect(await world.status('source', 'one')).toBe('COMPLETED');
  });

  it('8: a replica that was deleted by its id does not come back', async () => {
    const world = await startWorld();
    await world.replicate('source', ruleTo('destination'));
    await liveArrives(world, 'source', 'kept');
    await liveArrives(world, 'source', 'removed');
    const { VersionId = '' } = await world.head('destination', 'removed');
    await world.remove('destination', 'removed', VersionId);
    const jobId = await world.createJob({ filter: { ObjectReplicationStatuses: ['COMPLETED'] } });
    await world.reached(jobId, 'Complete');
    const { files = [], lines = [] } = (await world.report(jobId)) ?? {};
    expect(files.toSorted()).toEqual(['failed', 'succeeded']);
    expect(lines.map(({ key, outcome, code }) => `${key} ${outcome} ${code}`).toSorted()).toEqual([
      'kept succeeded ',
      'removed failed DstObjectHardDeleted',
    ]);
    expect((await world.versions('destination')).map((version) => version.split(' ')[0])).toEqual(['kept']);
  });

  it('9: replicas travel on through REPLICA', async () => {
    const world = await startWorld();
    await world.bucket('third');
    await world.replicate('source', ruleTo('destination'));
    await world.replicate('destination', ruleTo('third'));
    await liveArrives(world, 'source', 'chained');
    await liveArrives(world, 'destination', 'own');
    expect((await world.versions('third')).map((version) => version.split(' ')[0])).toEqual(['own']);
    const jobId = await world.createJob({
      source: 'destination',
      filter: { ObjectReplicationStatuses: ['REPLICA'] },
    });
    await world.reached(jobId, 'Complete');
    expect(await world.numbers(jobId)).toEqual([1, 1, 0]);
    expect(await world.versions('third')).toEqual(await world.versions('destination'));
    expect(await world.status('third', 'chained')).toBe('REPLICA');
    expect(await world.status('destination', 'chained')).toBe('REPLICA');
  });

  it('10: without a replication configuration the job fails', async () => {
    const world = await startWorld();
    await put(world, 'source', 2);
    const jobId = await world.createJob();
    const job = await world.reached(jobId, 'Failed');
    expect(job.FailureReasons).toMatchObject([{ FailureCode: 'ReplicationConfigurationMissing' }]);
    expect(await world.versions('destination')).toEqual([]);
  });

  it('11: under a disabled rule nothing is eligible, and the job fails', async () => {
    const world = await startWorld();
    await put(world, 'source', 2);
    await world.replicate('source', ruleTo('destination', { Status: 'Disabled' }));
    const jobId = await world.createJob();
    const job = await world.reached(jobId, 'Failed');
    expect(job.FailureReasons).toMatchObject([{ FailureCode: 'ManifestGenerationNoKeys' }]);
    expect(await world.versions('destination')).toEqual([]);
  });

  it('12: more than half failed of a thousand tasks fails the job; of 900 it does not', async () => {
    const world = await startWorld();
    await put(world, 'source', 500);
    await world.replicate('source', ruleTo('destination'));
    const good = (count: number) => Array.from({ length: count }, (_, index) => ['source', `key%20${index}`]);
    const job = async (rows: readonly (readonly string[])[]) =>
      await world.createJob({ Manifest: await world.manifest(rows) });

    const exceeded = await job([...good(499), ...missing(501)]);
    const failed = await world.reached(exceeded, 'Failed');
    expect(failed.FailureReasons).toMatchObject([{ FailureCode: 'FailureThresholdExceeded' }]);
    expect(await world.states(exceeded)).toBe('New Preparing Ready Active Failing Failed');
    expect(await world.numbers(exceeded)).toEqual([1000, 499, 501]);
    expect((await world.report(exceeded))?.lines).toHaveLength(1000);

    // It stops where the threshold is exceeded, and reports what ran.
    const early = await job([...missing(1200), ...good(500), ...missing(1800)]);
    await world.reached(early, 'Failed');
    const [total, succeeded = 0, lost = 0] = await world.numbers(early);
    expect(total).toBe(3500);
    expect(succeeded + lost).toBeGreaterThanOrEqual(1000);
    expect(succeeded + lost).toBeLessThan(3500);
    expect((await world.report(early))?.lines).toHaveLength(succeeded + lost);

    const half = await job([...missing(500), ...good(500)]);
    await world.reached(half, 'Complete');
    expect(await world.numbers(half)).toEqual([1000, 500, 500]);

    const few = await job([...missing(600), ...good(300)]);
    await world.reached(few, 'Complete');
    expect(await world.numbers(few)).toEqual([900, 300, 600]);
  });

  it('13: with a cap of one, a higher priority pauses a running job of another bucket, which then goes on', async () => {
    const disk = new SlowDisk();
    const world = await startWorld({ activeJobsMax: 1, faults: disk.faults });
    await world.bucket('urgent');
    await put(world, 'urgent', 5);
    await put(world, 'source', MANY);
    disk.syncMs = SYNC_MS;
    await world.replicate('source', ruleTo('destination'));
    await world.replicate('urgent', ruleTo('destination'));
    const low = await world.createJob({ Priority: 1 });
    await world.reached(low, 'Active');
    const high = await world.createJob({ source: 'urgent', Priority: 2 });
    const urgent = await world.reached(high, 'Complete');
    expect(await world.states(high)).toBe(DONE);
    const done = await world.reached(low, 'Complete');
    expect(await world.states(low)).toBe(
      'New Preparing Ready Active Pausing Paused Active Completing Complete',
    );
    expect(await world.numbers(low)).toEqual([MANY, MANY, 0]);
    expect(done.TerminationDate?.getTime()).toBeGreaterThan(urgent.TerminationDate?.getTime() ?? 0);
    expect((await world.report(low))?.lines).toHaveLength(MANY);
  });

  it('14: a waiting job is cancelled at once; a running one reports what ran', async () => {
    const disk = new SlowDisk();
    const world = await startWorld({ faults: disk.faults });
    await put(world, 'source', MANY);
    disk.syncMs = SYNC_MS;
    await world.replicate('source', ruleTo('destination'));
    const waiting = await world.createJob({ ConfirmationRequired: true });
    await world.reached(waiting, 'Suspended');
    expect(await world.update(waiting, 'Cancelled')).toBe('Cancelled');
    expect(await world.states(waiting)).toBe('New Preparing Suspended Cancelled');
    expect(await world.report(waiting)).toBeUndefined();
    expect(await world.versions('destination')).toEqual([]);

    const running = await world.createJob();
    await someSucceeded(world, running);
    expect(await world.update(running, 'Cancelled')).toBe('Cancelling');
    await world.reached(running, 'Cancelled');
    expect(await world.states(running)).toBe('New Preparing Ready Active Cancelling Cancelled');
    const [total, succeeded = 0, failed] = await world.numbers(running);
    expect([total, failed]).toEqual([MANY, 0]);
    expect(succeeded).toBeLessThan(MANY);
    await expectReported(world, running);
  });

  it('15: what is no legal move is said so, and an unknown job is not found', async () => {
    const world = await startWorld();
    await put(world, 'source', 1);
    await world.replicate('source', ruleTo('destination'));
    const jobId = await world.createJob();
    await world.reached(jobId, 'Complete');
    const illegal = { name: 'JobStatusException', $metadata: { httpStatusCode: 400 } };
    await expect(world.update(jobId, 'Ready')).rejects.toMatchObject(illegal);
    await expect(world.update(jobId, 'Cancelled')).rejects.toMatchObject(illegal);
    const nobody = '00000000-0000-4000-8000-000000000000';
    const unknown = { name: 'NotFoundException', $metadata: { httpStatusCode: 400 } };
    await expect(world.update(nobody, 'Ready')).rejects.toMatchObject(unknown);
    await expect(world.describe(nobody)).rejects.toMatchObject(unknown);
    const priority = { AccountId: world.owner.account, JobId: jobId, Priority: 3 };
    await expect(world.control.send(new UpdateJobPriorityCommand(priority))).rejects.toMatchObject({
      name: 'BadRequestException',
    });
  });

  it('16: a token used twice makes one job; with another request it is refused', async () => {
    const world = await startWorld();
    await put(world, 'source', 1);
    await world.replicate('source', ruleTo('destination'));
    const ClientRequestToken = 'once';
    const jobId = await world.createJob({ ClientRequestToken });
    await world.reached(jobId, 'Complete');
    expect(await world.createJob({ ClientRequestToken })).toBe(jobId);
    await expect(world.createJob({ ClientRequestToken, Priority: 11 })).rejects.toMatchObject({
      name: 'IdempotencyException',
      $metadata: { httpStatusCode: 400 },
    });
    const { Jobs } = await world.control.send(new ListJobsCommand({ AccountId: world.owner.account }));
    expect(Jobs?.map(({ JobId }) => JobId)).toEqual([jobId]);
  });

  it('17: a CSV manifest: encoded keys, the null version, and a row without its version', async () => {
    const world = await startWorld();
    await fillOlder(world);
    const { VersionId = '' } = await world.put('older', 'über, all');
    await world.replicate('older', ruleTo('destination'));
    const rows = [
      ['older', '%C3%BCber%2C%20all', VersionId],
      ['older', 'from%20before%20versioning', 'null'],
      ['older', 'photos/twice', ''],
    ];
    const Manifest = await world.manifest(rows, ['Bucket', 'Key', 'VersionId']);
    const jobId = await world.createJob({ Manifest });
    await world.reached(jobId, 'Complete');
    const { lines = [] } = (await world.report(jobId)) ?? {};
    const said = lines.map(({ key, versionId, outcome, httpStatus, code }) =>
      [key, versionId, outcome, httpStatus, code].join(),
    );
    expect(said.toSorted()).toEqual([
      `%C3%BCber%2C%20all,${VersionId},succeeded,200,`,
      'from%20before%20versioning,null,succeeded,200,',
      'photos/twice,,failed,400,InvalidRequest',
    ]);
    expect(await world.status('destination', 'über, all', VersionId)).toBe('REPLICA');
    expect(await world.status('destination', 'from before versioning', 'null')).toBe('REPLICA');
  });

  it('18: a report of failed tasks only has no file of the others', async () => {
    const world = await startWorld();
    await put(world, 'source', 2);
    await world.replicate('source', ruleTo('destination'));
    const Report = { ...REPORT, Prefix: 'only/failed', ReportScope: 'FailedTasksOnly' as const };
    const Manifest = await world.manifest([['source', 'key%200'], ['source', 'key%201'], ...missing(1)]);
    const some = await world.createJob({ Report, Manifest });
    await world.reached(some, 'Complete');
    expect(await world.numbers(some)).toEqual([3, 2, 1]);
    const report = await world.report(some, 'only/failed/');
    expect(report).toMatchObject({ files: ['failed'], lines: [{ key: 'missing-0', outcome: 'failed' }] });
    const none = await world.createJob({ Report });
    await world.reached(none, 'Complete');
    expect(await world.report(none, 'only/failed/')).toEqual({ files: [], lines: [] });
  });

  it('19: after 30 days unconfirmed a job fails; 90 days after its end nobody knows it', async () => {
    const world = await startWorld();
    await put(world, 'source', 1);
    await world.replicate('source', ruleTo('destination'));
    const jobId = await world.createJob({ ConfirmationRequired: true });
    await world.reached(jobId, 'Suspended');
    world.clock.forward(30 * DAY_MS - 60_000);
    expect(await world.describe(jobId)).toMatchObject({ Status: 'Suspended' });
    world.clock.forward(60_000);
    const job = await world.reached(jobId, 'Failed');
    expect(await world.states(jobId)).toBe('New Preparing Suspended Failed');
    expect(job.FailureReasons).toMatchObject([{ FailureCode: 'ConfirmationExpired' }]);

    const list = async () => {
      const { Jobs } = await world.control.send(new ListJobsCommand({ AccountId: world.owner.account }));
      return Jobs?.map(({ JobId }) => JobId);
    };
    world.clock.forward(90 * DAY_MS - 60_000);
    expect(await list()).toEqual([jobId]);
    world.clock.forward(60_000);
    expect(await list()).toEqual([]);
    await expect(world.describe(jobId)).rejects.toMatchObject({ name: 'NotFoundException' });
  });

  describe('20: killed in every state, a job ends as if nothing had happened', () => {
    /** The trap is set for the next state before the site starts again: it may be there at once. */
    const dieIn = async (
      world: BatchWorld,
      trap: Trap,
      status: JobStatus,
      action?: () => Promise<unknown>,
    ) => {
      // What is asked while the process dies is not answered.
      const asked = action?.().catch(() => undefined);
      await trap.sprung(status);
      return async (next?: JobStatus) => {
        trap.set(next);
        await world.killAndRestart();
        await asked;
      };
    };

    it('New, Preparing, Suspended, Ready, Active, Completing', async () => {
      const trap = new Trap();
      const world = await startWorld({ wrapStore: trap.wrap });
      await put(world, 'source', 40);
      await world.replicate('source', ruleTo('destination'));
      const create = () => world.createJob({ ClientRequestToken: 'killed', ConfirmationRequired: true });
      trap.set('New');
      let restart = await dieIn(world, trap, 'New', create);
      for (const status of ['Preparing', 'Suspended'] as const) {
        await restart(status);
        restart = await dieIn(world, trap, status);
      }
      await restart('Ready');
      const jobId = await create();
      expect(await world.states(jobId)).toBe('New Preparing Suspended');
      restart = await dieIn(world, trap, 'Ready', () => world.update(jobId, 'Ready'));
      for (const status of ['Active', 'Completing'] as const) {
        await restart(status);
        restart = await dieIn(world, trap, status);
      }
      await restart();
      await world.reached(jobId, 'Complete');
      expect(await world.states(jobId)).toBe('New Preparing Suspended Ready Active Completing Complete');
      await expectWhole(world, jobId, 40);
    });

    it('Pausing, Paused', async () => {
      const trap = new Trap();
      const disk = new SlowDisk();
      const world = await startWorld({ wrapStore: trap.wrap, activeJobsMax: 1, faults: disk.faults });
      await world.bucket('urgent');
      await put(world, 'urgent', 5);
      await put(world, 'source', MANY);
      disk.syncMs = SYNC_MS;
      await world.replicate('source', ruleTo('destination'));
      await world.replicate('urgent', ruleTo('destination'));
      const low = await world.createJob({ Priority: 1 });
      await world.reached(low, 'Active');
      trap.set('Pausing');
      const urgent = () => world.createJob({ source: 'urgent', Priority: 2, ClientRequestToken: 'urgent' });
      let restart = await dieIn(world, trap, 'Pausing', urgent);
      await restart('Paused');
      restart = await dieIn(world, trap, 'Paused');
      await restart();
      await world.reached(await urgent(), 'Complete');
      await world.reached(low, 'Complete');
      expect(await world.states(low)).toBe(
        'New Preparing Ready Active Pausing Paused Active Completing Complete',
      );
      expect(await world.numbers(low)).toEqual([MANY, MANY, 0]);
      expect((await world.report(low))?.lines).toHaveLength(MANY);
    });

    it('Cancelling', async () => {
      const trap = new Trap();
      const disk = new SlowDisk();
      const world = await startWorld({ wrapStore: trap.wrap, faults: disk.faults });
      await put(world, 'source', MANY);
      disk.syncMs = SYNC_MS;
      await world.replicate('source', ruleTo('destination'));
      const jobId = await world.createJob();
      await someSucceeded(world, jobId);
      trap.set('Cancelling');
      const restart = await dieIn(world, trap, 'Cancelling', () => world.update(jobId, 'Cancelled'));
      await restart();
      await world.reached(jobId, 'Cancelled');
      expect(await world.states(jobId)).toBe('New Preparing Ready Active Cancelling Cancelled');
      await expectReported(world, jobId);
    });

    it('Failing', async () => {
      const trap = new Trap();
      const world = await startWorld({ wrapStore: trap.wrap });
      await world.replicate('source', ruleTo('destination'));
      trap.set('Failing');
      const jobId = await world.createJob({ Manifest: await world.manifest(missing(1100)) });
      const restart = await dieIn(world, trap, 'Failing');
      await restart();
      const job = await world.reached(jobId, 'Failed');
      expect(job.FailureReasons).toMatchObject([{ FailureCode: 'FailureThresholdExceeded' }]);
      expect(await world.states(jobId)).toBe('New Preparing Ready Active Failing Failed');
      await expectReported(world, jobId);
    });
  });
});
