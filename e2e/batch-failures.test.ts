import { UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  DeleteBucketCommand,
  DeleteBucketReplicationCommand,
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import type { CreateJobCommandInput, JobManifestFieldName } from '@aws-sdk/client-s3-control';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Commit } from '../src/store/kv/key-value-store.ts';
import { TABLES } from '../src/store/tables/table-numbers.ts';
import { BATCH_TRUST } from '../src/testing/batch-fixture.ts';
import { ruleTo } from '../src/testing/replication-fixture.ts';
import { DeliveryGate } from './batch-gate.ts';
import { allow, BatchWorld, deny, REPORT, type ReportLine } from './batch-world.ts';

// What an unlucky or hostile world does to jobs while they are prepared, wait, run and report. Every world checks at its
// end that counters equal rows, and that nothing was logged as a fault of ours.

const TEST_MS_MAX = 120_000;
const WRITERS = 16;
/** Fits the window: every task is started before the first has ended. */
const FEW = 60;
/** Does not: what is beyond 1,008 tasks is started later. */
const MANY = 1_020;
const NOBODY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

async function startWorld(options: Parameters<typeof BatchWorld.start>[0] = {}): Promise<BatchWorld> {
  const world = await BatchWorld.start(options);
  onTestFinished(() => world[Symbol.asyncDispose]());
  return world;
}

/** Calls `work` for each number below `count`, some at once. */
async function times(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: WRITERS }, async () => {
      while (next < count) await work(next++);
    }),
  );
}

const fill = (world: BatchWorld, count: number, bucket = 'source') =>
  times(count, (index) => world.put(bucket, `key ${index}`));

async function trust(world: BatchWorld, RoleName: string, PolicyDocument: string): Promise<void> {
  const iam = world.site.iam(world.owner);
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
}

async function denyAll(world: BatchWorld, Bucket: string, Action: string): Promise<void> {
  const Statement = { Effect: 'Deny', Principal: '*', Action, Resource: `arn:aws:s3:::${Bucket}/*` };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await world.s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
}

/** Removes every version for good, then the bucket. */
async function removeBucket(world: BatchWorld, Bucket: string): Promise<void> {
  for (;;) {
    const { Versions = [], DeleteMarkers = [] } = await world.s3.send(
      new ListObjectVersionsCommand({ Bucket }),
    );
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (Objects.length === 0) break;
    await world.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
  }
  await world.s3.send(new DeleteBucketCommand({ Bucket }));
}

const codesOf = (lines: readonly ReportLine[]) =>
  [...new Set(lines.flatMap(({ code }) => (code === '' ? [] : [code])))].toSorted();

/** The report agrees with the job, and each task is in it once. */
async function readReport(world: BatchWorld, jobId: string, total: number): Promise<readonly ReportLine[]> {
  const { lines = [] } = (await world.report(jobId)) ?? {};
  const count = (outcome: string) => lines.filter((line) => line.outcome === outcome).length;
  expect(await world.numbers(jobId)).toEqual([total, count('succeeded'), count('failed')]);
  expect(lines).toHaveLength(total);
  expect(new Set(lines.map(({ key, versionId }) => `${key} ${versionId}`)).size).toBe(total);
  return lines;
}

describe('a job that cannot be prepared fails, with its reason, and reports nothing', {
  timeout: TEST_MS_MAX,
}, () => {
  const csv = async (world: BatchWorld, text: string, Fields: JobManifestFieldName[] = ['Bucket', 'Key']) => {
    const { ETag } = await world.put('reports', 'manifest.csv', text);
    const Location = { ObjectArn: 'arn:aws:s3:::reports/manifest.csv', ETag };
    return { Manifest: { Spec: { Format: 'S3BatchOperations_CSV_20180820' as const, Fields }, Location } };
  };
  type Prepare = (world: BatchWorld) => Promise<Partial<CreateJobCommandInput>>;
  it.each<[why: string, code: string, prepare: Prepare]>([
    ['an empty manifest', 'InvalidManifestContent', (world) => csv(world, '')],
    [
      'a header line of another width',
      'InvalidManifestContent',
      (world) => csv(world, 'a,b,c\nsource,key\n'),
    ],
    ['a quote that is never closed', 'InvalidManifestContent', (world) => csv(world, 'source,"key\n')],
    ['a broken escape', 'InvalidManifestContent', (world) => csv(world, 'source,key%2\n')],
    ['no column of keys', 'InvalidManifestContent', (world) => csv(world, 'source\n', ['Bucket'])],
    [
      'another ETag',
      'ManifestETagMismatch',
      async (world) => {
        const made = await csv(world, 'source,key%200\n');
        await world.put('reports', 'manifest.csv', 'source,key%201\n');
        return made;
      },
    ],
    [
      'a manifest that was removed',
      'ManifestNotFound',
      async (world) => {
        const made = await csv(world, 'source,key%200\n');
        await world.remove('reports', 'manifest.csv');
        return made;
      },
    ],
    [
      'a manifest that the role may not read',
      'ManifestAccessDenied',
      async (world) => {
        const made = await csv(world, 'source,key%200\n');
        await denyAll(world, 'reports', 's3:GetObject');
        return made;
      },
    ],
    [
      'a role that may not list the bucket',
      'ManifestAccessDenied',
      async (world) => {
        await world.rolePolicy('batch', allow('s3:PutObject'));
        return {};
      },
    ],
    [
      'a role whose trust went to another',
      'RoleNotAssumable',
      async (world) => {
        await trust(world, 'batch', NOBODY);
        return {};
      },
    ],
  ])('%s', async (_why, code, prepare) => {
    const world = await startWorld();
    await fill(world, 2);
    await world.replicate('source', ruleTo('destination'));
    const jobId = await world.createJob(await prepare(world));
    const { FailureReasons } = await world.reached(jobId, 'Failed');
    expect(FailureReasons).toEqual([{ FailureCode: code, FailureReason: expect.any(String) }]);
    expect(await world.states(jobId)).toBe('New Preparing Failing Failed');
    expect(await world.versions('destination')).toEqual([]);
  });
});

describe('what happens while deliveries are under way', { timeout: TEST_MS_MAX }, () => {
  /** What a change does while tasks are started and none has ended. */
  async function during(
    count: number,
    change: (world: BatchWorld) => Promise<unknown>,
    more: (world: BatchWorld) => Promise<unknown> = () => Promise.resolve(),
  ) {
    const gate = new DeliveryGate();
    const world = await startWorld({ wrapStore: gate.wrap });
    await fill(world, count);
    await world.replicate('source', ruleTo('destination'));
    await more(world);
    const jobId = await world.createJob();
    await gate.reached;
    await change(world);
    gate.open();
    return { world, jobId };
  }

  it.each<[why: string, code: string, change: (world: BatchWorld) => Promise<unknown>]>([
    [
      'the replication role loses its permission',
      'DstPutObjectNotPermitted',
      (world) => world.rolePolicy('replicate', deny('s3:ReplicateObject', '*')),
    ],
    [
      'the replication role is no longer trusted',
      'AssumeRoleNotPermitted',
      (world) => trust(world, 'replicate', NOBODY),
    ],
    [
      'the destination denies it',
      'DstPutObjectNotPermitted',
      (world) => denyAll(world, 'destination', 's3:ReplicateObject'),
    ],
    ['the destination is removed', 'DstBucketNotFound', (world) => removeBucket(world, 'destination')],
    [
      'the destination has no versions any more',
      'DstBucketUnversioned',
      (world) =>
        world.s3.send(
          new PutBucketVersioningCommand({
            Bucket: 'destination',
            VersioningConfiguration: { Status: 'Suspended' },
          }),
        ),
    ],
    ['the versions are removed', 'SrcVersionNotFound', (world) => removeBucket(world, 'source')],
  ])('%s: tasks fail with its code, the job completes', async (_why, code, change) => {
    const { world, jobId } = await during(400, change);
    await world.reached(jobId, 'Complete');
    const lines = await readReport(world, jobId, 400);
    expect(codesOf(lines)).toEqual([code]);
  });

  it.each<[why: string, code: string, change: (world: BatchWorld) => Promise<unknown>]>([
    [
      'the rule is disabled',
      'SrcObjectNotEligible',
      (world) => world.replicate('source', ruleTo('destination', { Status: 'Disabled' })),
    ],
  ])('%s: what was started goes on, what was not fails', async (_why, code, change) => {
    const { world, jobId } = await during(MANY, change);
    await world.reached(jobId, 'Complete');
    const lines = await readReport(world, jobId, MANY);
    expect(codesOf(lines)).toEqual([code]);
    const failed = lines.filter(({ outcome }) => outcome === 'failed');
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.length).toBeLessThanOrEqual(MANY - 1_008);
    expect(await world.status('source', 'key 0')).toBe('COMPLETED');
  });

  it('the job’s role goes: what was started is delivered, but no report can be written', async () => {
    const { world, jobId } = await during(FEW, (its) => trust(its, 'batch', NOBODY));
    const { FailureReasons } = await world.reached(jobId, 'Failed');
    expect(FailureReasons).toMatchObject([{ FailureCode: 'ReportWriteFailed' }]);
    expect(await world.states(jobId)).toBe('New Preparing Ready Active Completing Failing Failed');
    expect(await world.numbers(jobId)).toEqual([FEW, FEW, 0]);
    expect(await world.versions('destination')).toEqual(await world.versions('source'));
  });

  it('tags that no rule asks for any more: what was started is delivered with them', async () => {
    const tagged = ruleTo('destination', {
      Filter: { Tag: { Key: 'keep', Value: 'yes' } },
      DeleteMarkerReplication: { Status: 'Disabled' },
    });
    const tag = (world: BatchWorld, Value: string) =>
      times(FEW, (index) =>
        world.s3.send(
          new PutObjectTaggingCommand({
            Bucket: 'source',
            Key: `key ${index}`,
            Tagging: { TagSet: [{ Key: 'keep', Value }] },
          }),
        ),
      );
    const { world, jobId } = await during(
      FEW,
      (its) => tag(its, 'no'),
      async (its) => {
        await tag(its, 'yes');
        await its.replicate('source', tagged);
      },
    );
    await world.reached(jobId, 'Complete');
    expect(codesOf(await readReport(world, jobId, FEW))).toEqual([]);
    expect(await world.versions('destination')).toEqual(await world.versions('source'));
  });

  it('two jobs over the same objects, and live writes of the same keys: each has its answer', async () => {
    const gate = new DeliveryGate();
    const world = await startWorld({ wrapStore: gate.wrap });
    await fill(world, FEW);
    await world.replicate('source', ruleTo('destination'));
    const jobs = [await world.createJob(), await world.createJob()];
    await gate.reached;
    await fill(world, FEW);
    gate.open();
    for (const jobId of jobs) await world.reached(jobId, 'Complete');
    for (const jobId of jobs) {
      const [total = 0] = await world.numbers(jobId);
      expect(codesOf(await readReport(world, jobId, total))).toEqual([]);
    }
    for (let index = 0; index < FEW; index += 1) await world.until('source', `key ${index}`, 'COMPLETED');
    expect(await world.versions('destination')).toEqual(await world.versions('source'));
  });

  it('the clock is set forward by a day', async () => {
    const { world, jobId } = await during(FEW, async (its) => its.clock.forward(86_400_000));
    await world.reached(jobId, 'Complete');
    expect(codesOf(await readReport(world, jobId, FEW))).toEqual([]);
  });
});

describe('a job that waits', { timeout: TEST_MS_MAX }, () => {
  async function waiting() {
    const world = await startWorld();
    await fill(world, 2);
    await world.replicate('source', ruleTo('destination'));
    const jobId = await world.createJob({ ConfirmationRequired: true });
    await world.reached(jobId, 'Suspended');
    return { world, jobId };
  }

  it.each<[why: string, code: string, change: (world: BatchWorld) => Promise<unknown>]>([
    ['whose source bucket is removed', 'SrcBucketNotFound', (world) => removeBucket(world, 'source')],
    [
      'whose rule is disabled',
      'SrcObjectNotEligible',
      (world) => world.replicate('source', ruleTo('destination', { Status: 'Disabled' })),
    ],
    [
      'whose rule gets another prefix',
      'SrcObjectNotEligible',
      (world) => world.replicate('source', ruleTo('destination', { Filter: { Prefix: 'none/' } })),
    ],
    [
      'whose bucket loses its configuration',
      'SrcBucketReplicationConfigMissing',
      (world) => world.s3.send(new DeleteBucketReplicationCommand({ Bucket: 'source' })),
    ],
    [
      'whose role may not start replication any more',
      'InitiateReplicationNotPermitted',
      (world) => world.rolePolicy('batch', deny('s3:InitiateReplication', '*')),
    ],
    [
      'whose replication role is gone',
      'AssumeRoleNotPermitted',
      (world) => trust(world, 'replicate', NOBODY),
    ],
  ])('%s, has tasks that fail', async (_why, code, change) => {
    const { world, jobId } = await waiting();
    await change(world);
    await world.update(jobId, 'Ready');
    await world.reached(jobId, 'Complete');
    expect(codesOf(await readReport(world, jobId, 2))).toEqual([code]);
  });

  it('may lose its manifest: it was read', async () => {
    const world = await startWorld();
    await fill(world, 2);
    await world.replicate('source', ruleTo('destination'));
    const Manifest = await world.manifest([
      ['source', 'key%200'],
      ['source', 'key%201'],
    ]);
    const jobId = await world.createJob({ Manifest, ConfirmationRequired: true });
    await world.reached(jobId, 'Suspended');
    await world.remove('reports', 'manifest.csv');
    await world.update(jobId, 'Ready');
    await world.reached(jobId, 'Complete');
    expect(codesOf(await readReport(world, jobId, 2))).toEqual([]);
  });

  it('whose source bucket is made anew meanwhile, by nobody that it knows', async () => {
    const { world, jobId } = await waiting();
    await removeBucket(world, 'source');
    await world.bucket('source');
    await world.put('source', 'key 0');
    await world.replicate('source', ruleTo('destination'));
    await world.update(jobId, 'Ready');
    await world.reached(jobId, 'Complete');
    expect(codesOf(await readReport(world, jobId, 2))).toEqual(['SrcVersionNotFound']);
  });

  it('whose role loses its trust: its tasks fail, and it cannot report', async () => {
    const { world, jobId } = await waiting();
    await trust(world, 'batch', NOBODY);
    await world.update(jobId, 'Ready');
    const { FailureReasons } = await world.reached(jobId, 'Failed');
    expect(FailureReasons).toMatchObject([{ FailureCode: 'ReportWriteFailed' }]);
    expect(await world.numbers(jobId)).toEqual([2, 0, 2]);
    await trust(world, 'batch', BATCH_TRUST);
    const again = await world.createJob();
    await world.reached(again, 'Complete');
  });

  it('is confirmed and cancelled by two people at once: both hear what it came to', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { world, jobId } = await waiting();
      const [confirmed, cancelled] = await Promise.allSettled([
        world.update(jobId, 'Ready'),
        world.update(jobId, 'Cancelled'),
      ]);
      const refused = { reason: { name: 'JobStatusException' } };
      if (cancelled.status === 'rejected') expect(cancelled).toMatchObject(refused);
      if (confirmed.status === 'rejected') expect(confirmed).toMatchObject(refused);
      const { Status } = await world.reached(jobId, 'Cancelled', 'Complete');
      expect(Status === 'Cancelled').toBe(cancelled.status === 'fulfilled');
    }
  });

  it('is made once by ten requests at once with one token', async () => {
    const { world } = await waiting();
    const made = await Promise.all(
      Array.from({ length: 10 }, () => world.createJob({ ClientRequestToken: 'once' })),
    );
    expect(new Set(made).size).toBe(1);
  });
});

describe('a report that cannot be written', { timeout: TEST_MS_MAX }, () => {
  it.each<[why: string, spoil: (world: BatchWorld) => Promise<Partial<CreateJobCommandInput>>]>([
    ['no such bucket', async () => ({ Report: { ...REPORT, Bucket: 'arn:aws:s3:::nowhere' } })],
    ['another owner', async () => ({ Report: { ...REPORT, ExpectedBucketOwner: '000000000000' } })],
    [
      'the role may not write',
      async (world) => {
        await world.rolePolicy('batch', deny('s3:PutObject', 'arn:aws:s3:::reports/*'));
        return {};
      },
    ],
    [
      'the bucket denies it',
      async (world) => {
        await denyAll(world, 'reports', 's3:PutObject');
        return {};
      },
    ],
  ])('%s: all tasks run, and the job fails', async (_why, spoil) => {
    const world = await startWorld();
    await fill(world, 3);
    await world.replicate('source', ruleTo('destination'));
    const jobId = await world.createJob(await spoil(world));
    const { FailureReasons } = await world.reached(jobId, 'Failed');
    expect(FailureReasons).toEqual([{ FailureCode: 'ReportWriteFailed', FailureReason: expect.any(String) }]);
    expect(await world.states(jobId)).toBe('New Preparing Ready Active Completing Failing Failed');
    expect(await world.numbers(jobId)).toEqual([3, 3, 0]);
    expect(await world.versions('destination')).toEqual(await world.versions('source'));
  });

  it('as its bucket was removed while the job ran', async () => {
    const gate = new DeliveryGate();
    const world = await startWorld({ wrapStore: gate.wrap });
    await fill(world, 3);
    await world.replicate('source', ruleTo('destination'));
    const jobId = await world.createJob();
    await gate.reached;
    await removeBucket(world, 'reports');
    gate.open();
    const { FailureReasons } = await world.reached(jobId, 'Failed');
    expect(FailureReasons).toMatchObject([{ FailureCode: 'ReportWriteFailed' }]);
    expect(await world.numbers(jobId)).toEqual([3, 3, 0]);
  });

  async function onFullDisk() {
    let full = false;
    let refused = 0;
    const refusal = ({ writes }: Commit) => {
      if (!full) return undefined;
      if (writes.some(({ key }) => key[0] === TABLES.versions)) refused += 1;
      return 'unavailable';
    };
    const world = await startWorld({
      faults: (name) => (name === 'ap-south-1' ? { commit: refusal } : {}),
    });
    await world.bucketAfar('far-reports');
    await fill(world, 3);
    await world.replicate('source', ruleTo('destination'));
    full = true;
    const jobId = await world.createJob({ Report: { ...REPORT, Bucket: 'arn:aws:s3:::far-reports' } });
    await world.reached(jobId, 'Completing');
    return {
      world,
      jobId,
      /** Times that the report was tried in vain. */
      refused: () => refused,
      free: () => {
        full = false;
      },
    };
  }

  it('on a full disk: it waits, and is written when there is room', async () => {
    const { world, jobId, refused, free } = await onFullDisk();
    await expect.poll(refused, { timeout: 60_000 }).toBeGreaterThanOrEqual(2);
    expect(await world.describe(jobId)).toMatchObject({ Status: 'Completing' });
    free();
    await world.reached(jobId, 'Complete');
  });

  it('on a disk that stays full: the job fails after five minutes', async () => {
    const { world, jobId } = await onFullDisk();
    world.clock.forward(5 * 60_000);
    const { FailureReasons } = await world.reached(jobId, 'Failed');
    expect(FailureReasons).toMatchObject([{ FailureCode: 'ReportWriteFailed' }]);
    expect(await world.numbers(jobId)).toEqual([3, 3, 0]);
  });
});
