import { UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { DeleteBucketCommand, DeleteObjectCommand } from '@aws-sdk/client-s3';
import type { CreateJobCommandInput } from '@aws-sdk/client-s3-control';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BATCH_TRUST } from '../src/testing/batch-fixture.ts';
import { ruleTo, TRUST } from '../src/testing/replication-fixture.ts';
import { allow, BatchWorld, deny } from './batch-world.ts';

// With which code a job fails, and its tasks, as its owner sees it. Which manifest is malformed and how is tested beside
// the code that reads it.

const TEST_MS_MAX = 120_000;
const FAILED_PREPARING = 'New Preparing Failing Failed';

async function startWorld(
  objects = 3,
  options: Parameters<typeof BatchWorld.start>[0] = {},
): Promise<BatchWorld> {
  const world = await BatchWorld.start(options);
  onTestFinished(() => world[Symbol.asyncDispose]());
  for (let index = 0; index < objects; index += 1) await world.put('source', `key ${index}`);
  await world.replicate('source', ruleTo('destination'));
  return world;
}

/** State and code of a job that fails, and every state before. */
async function failure(world: BatchWorld, more: Parameters<BatchWorld['createJob']>[0]) {
  const jobId = await world.createJob(more);
  const { FailureReasons = [] } = await world.reached(jobId, 'Failed');
  return {
    codes: FailureReasons.map(({ FailureCode }) => FailureCode),
    states: await world.states(jobId),
    jobId,
  };
}

/** How many lines of the report end so. */
async function ends(world: BatchWorld, jobId: string): Promise<Readonly<Record<string, number>>> {
  const { lines = [] } = (await world.report(jobId)) ?? {};
  const counts: Record<string, number> = {};
  for (const { httpStatus, code } of lines) {
    const end = `${httpStatus} ${code}`.trim();
    counts[end] = (counts[end] ?? 0) + 1;
  }
  return counts;
}

describe('a job fails while it is prepared', { timeout: TEST_MS_MAX }, () => {
  const manifest = (
    ObjectArn: string,
    ETag = '0cc175b9c0f1b6a831c399e269772661',
    Fields = ['Bucket', 'Key'],
  ) =>
    ({
      Manifest: { Spec: { Format: 'S3BatchOperations_CSV_20180820', Fields }, Location: { ObjectArn, ETag } },
    }) as Pick<CreateJobCommandInput, 'Manifest'>;

  it('for a manifest that is not there, not as named, or not to be read', async () => {
    const world = await startWorld();
    const { ETag = '' } = await world.put('reports', 'list.csv', 'source,key%200\n');
    const arn = 'arn:aws:s3:::reports/list.csv';
    const failing = async (more: object, code: string) =>
      expect(await failure(world, more)).toMatchObject({ codes: [code], states: FAILED_PREPARING });
    await failing(manifest('arn:aws:s3:::nowhere-at-all/list.csv'), 'ManifestNotFound');
    await failing(manifest('arn:aws:s3:::reports/other.csv'), 'ManifestNotFound');
    await failing(manifest(arn), 'ManifestETagMismatch');
    await failing(manifest(arn, ETag, ['Bucket', 'VersionId']), 'InvalidManifestContent');
    await failing(manifest(arn, ETag, ['Bucket', 'Key', 'VersionId']), 'InvalidManifestContent');
    await world.rolePolicy('batch', deny('s3:GetObject', 'arn:aws:s3:::reports/list.csv'));
    await failing(manifest(arn, ETag), 'ManifestAccessDenied');
  });

  it('for a bucket of another owner, or a generated manifest that cannot be kept', async () => {
    const world = await startWorld();
    const generator = world.request().ManifestGenerator?.S3JobManifestGenerator;
    const generated = (more: object) =>
      failure(world, {
        ManifestGenerator: {
          S3JobManifestGenerator: { SourceBucket: '', EnableManifestOutput: false, ...generator, ...more },
        },
      });
    expect(await generated({ ExpectedBucketOwner: '999999999999' })).toMatchObject({
      codes: ['ExpectedBucketOwnerMismatch'],
      states: FAILED_PREPARING,
    });
    const output = (Bucket: string, more: object = {}) => ({
      EnableManifestOutput: true,
      ManifestOutputLocation: { Bucket, ManifestFormat: 'S3InventoryReport_CSV_20211130', ...more },
    });
    expect(await generated(output('arn:aws:s3:::nowhere-at-all'))).toMatchObject({
      codes: ['ManifestWriteFailed'],
    });
    await world.rolePolicy('batch', deny('s3:PutObject', 'arn:aws:s3:::reports/*'));
    expect(await generated(output('arn:aws:s3:::reports'))).toMatchObject({ codes: ['ManifestWriteFailed'] });
    expect(await world.versions('reports')).toEqual([]);
  });

  it('for a role that does not exist, or that batch operations may not assume', async () => {
    const world = await startWorld();
    const codes = ['RoleNotAssumable'];
    expect(await failure(world, { RoleArn: world.roleArn('nobody') })).toMatchObject({
      codes,
      states: FAILED_PREPARING,
    });
    await world.role('of-replication', TRUST, allow('s3:*'));
    expect(await failure(world, { RoleArn: world.roleArn('of-replication') })).toMatchObject({ codes });
  });
});

describe('tasks fail, each with its code', { timeout: TEST_MS_MAX }, () => {
  it('for what is missing', async () => {
    const world = await startWorld();
    const { VersionId: gone = '' } = await world.put('source', 'gone');
    await world.s3.send(new DeleteObjectCommand({ Bucket: 'source', Key: 'gone', VersionId: gone }));
    await world.bucket('no-rule');
    await world.put('no-rule', 'key');
    const { VersionId: there = '' } = await world.head('source', 'key 0');
    const rows = [
      ['source', 'key%200', there],
      ['source', 'gone', gone],
      ['source', 'never', there],
      ['no-rule', 'key', 'null'],
      ['nowhere-at-all', 'key', 'null'],
    ];
    const jobId = await world.createJob({
      Manifest: await world.manifest(rows, ['Bucket', 'Key', 'VersionId']),
    });
    await world.reached(jobId, 'Complete');
    const { lines = [] } = (await world.report(jobId)) ?? {};
    const codes = new Map(lines.map(({ bucket, key, code }) => [`${bucket}/${key}`, code]));
    expect(codes.get('source/key%200')).toBe('');
    expect(codes.get('source/gone')).toMatch(/^Src(Version|Key)NotFound$/);
    expect(codes.get('source/never')).toMatch(/^Src(Version|Key)NotFound$/);
    expect(codes.get('no-rule/key')).toBe('SrcBucketReplicationConfigMissing');
    expect(codes.get('nowhere-at-all/key')).toBe('SrcBucketNotFound');
    expect(await world.numbers(jobId)).toEqual([5, 1, 4]);
  });

  it('for a role that may not', async () => {
    const world = await startWorld();
    await world.rolePolicy('batch', deny('s3:InitiateReplication', 'arn:aws:s3:::source/*'));
    const initiating = await world.createJob();
    await world.reached(initiating, 'Complete');
    expect(await ends(world, initiating)).toEqual({ '403 InitiateReplicationNotPermitted': 3 });
    expect(await world.status('source', 'key 0')).toBeUndefined();

    await world.rolePolicy('batch', allow('s3:*'));
    await world.rolePolicy('replicate', deny('s3:ReplicateObject', 'arn:aws:s3:::destination/*'));
    const writing = await world.createJob();
    await world.reached(writing, 'Complete');
    expect(await ends(world, writing)).toEqual({ '403 DstPutObjectNotPermitted': 3 });
    expect(await world.status('source', 'key 0')).toBe('FAILED');

    const trust = { RoleName: 'replicate', PolicyDocument: BATCH_TRUST };
    await world.site.iam(world.owner).send(new UpdateAssumeRolePolicyCommand(trust));
    const assuming = await world.createJob();
    await world.reached(assuming, 'Complete');
    expect(await ends(world, assuming)).toEqual({ '403 AssumeRoleNotPermitted': 3 });
  });

  it('for a destination that is gone', async () => {
    const world = await startWorld();
    await world.s3.send(new DeleteBucketCommand({ Bucket: 'destination' }));
    const jobId = await world.createJob();
    await world.reached(jobId, 'Complete');
    expect(await ends(world, jobId)).toEqual({ '404 DstBucketNotFound': 3 });
  });
});

describe('the job’s role is revoked while it runs', { timeout: TEST_MS_MAX }, () => {
  const SYNC_MS = 10;
  const TASKS = 1500;

  async function running() {
    let syncMs = 0;
    const sync = async () => {
      if (syncMs > 0) await new Promise((resolve) => setTimeout(resolve, syncMs));
    };
    const world = await startWorld(0, { faults: () => ({ sync }) });
    let next = 0;
    const write = async () => {
      while (next < TASKS) await world.put('source', `key ${next++}`);
    };
    await world.replicate('source', ruleTo('destination', { Status: 'Disabled' }));
    await Promise.all(Array.from({ length: 16 }, write));
    await world.replicate('source', ruleTo('destination'));
    syncMs = SYNC_MS;
    const jobId = await world.createJob();
    const succeeded = async () => (await world.numbers(jobId))[1] ?? 0;
    await expect.poll(succeeded, { interval: 2, timeout: 60_000 }).toBeGreaterThan(0);
    return { world, jobId };
  }

  it('from then on every task fails, and each is reported once', async () => {
    const { world, jobId } = await running();
    await world.rolePolicy('batch', deny('s3:InitiateReplication', 'arn:aws:s3:::source/*'));
    const job = await world.reached(jobId, 'Complete', 'Failed');
    const [total, succeeded = 0, failed = 0] = await world.numbers(jobId);
    expect(total).toBe(TASKS);
    expect(failed).toBeGreaterThan(0);
    expect(await ends(world, jobId)).toEqual({
      '200': succeeded,
      '403 InitiateReplicationNotPermitted': failed,
    });
    if (job.Status === 'Complete') expect(succeeded + failed).toBe(TASKS);
    else expect(job.FailureReasons).toMatchObject([{ FailureCode: 'FailureThresholdExceeded' }]);
  });
});
