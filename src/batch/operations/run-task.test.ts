import { beforeEach, describe, expect, it } from 'vitest';
import type { JobOperation, JobTask, TaskResult } from '../../store/tables/job-rows.ts';
import {
  batchContextOf,
  JOB_ID,
  jobRow,
  makeBatchRole,
  setBatchRolePolicy,
} from '../../testing/batch-fixture.ts';
import { openMemorySite } from '../../testing/memory-site.ts';
import { OTHER_ACCOUNT, ReplicationFixture } from '../../testing/replication-fixture.ts';
import { SeededRandom } from '../../testing/seeded-random.ts';
import { SimulatedClock } from '../../testing/simulated-clock.ts';
import { runOperation } from './run-task.ts';

let clock: SimulatedClock;
let s3: ReplicationFixture;
let broken: boolean;
let tasks = 100;

const DONE: TaskResult = { succeeded: true, message: 'Successful' };
const failed = (httpStatus: number, code: string, message?: RegExp) => ({
  succeeded: false,
  httpStatus,
  code,
  ...(message === undefined ? {} : { message: expect.stringMatching(message) as string }),
});

const PUT_TAGS: JobOperation = { name: 'S3PutObjectTagging', tags: [['team', 'blue']] };
const DELETE_TAGS: JobOperation = { name: 'S3DeleteObjectTagging' };
const acl = (cannedAcl: string): JobOperation => ({ name: 'S3PutObjectAcl', cannedAcl });
type Copy = Extract<JobOperation, { name: 'S3PutObjectCopy' }>['copy'];
const copy = (more: Partial<Copy> = {}): JobOperation => ({
  name: 'S3PutObjectCopy',
  copy: { targetBucket: 'arn:aws:s3:::target', metadataDirective: 'COPY', ...more },
});

beforeEach(async () => {
  clock = new SimulatedClock();
  broken = false;
  const faults = (name: string) => ({ read: () => broken && name === 'us-east-1' });
  s3 = new ReplicationFixture(await openMemorySite({ clock, random: new SeededRandom(1), faults }));
  await s3.accounts();
  await s3.bucket('source');
  await s3.bucket('target', { region: 'ap-south-1' });
  await makeBatchRole(s3.site);
});

/** Each call is a task of its own, where no number is given. */
async function run(operation: JobOperation, task: JobTask, number = tasks++): Promise<TaskResult> {
  const region = s3.site.site.regions.get('us-east-1');
  if (region === undefined) throw new Error('no region');
  const job = jobRow({ operation, createdAtMs: clock.now() - 1000 });
  const name = { jobId: JOB_ID, chunk: 0, task: number };
  return await runOperation(batchContextOf(s3.site), region, job, task, name);
}

const allow = (...actions: readonly string[]) =>
  setBatchRolePolicy(s3.site, [{ Effect: 'Allow', Action: actions, Resource: '*' }]);

describe('S3PutObjectTagging and S3DeleteObjectTagging', () => {
  it('replace and delete the tags of the newest version or of one by its id', async () => {
    const old = await s3.put('source', 'key', 'old', [['a', '1']]);
    await s3.put('source', 'key', 'new', [['b', '2']]);
    expect(await run(PUT_TAGS, { key: 'key' })).toEqual(DONE);
    expect((await s3.read('source', 'key'))?.tags).toEqual([['team', 'blue']]);
    expect((await s3.read('source', 'key', old))?.tags).toEqual([['a', '1']]);
    expect(await run(DELETE_TAGS, { key: 'key', versionId: old })).toEqual(DONE);
    expect((await s3.read('source', 'key', old))?.tags).toEqual([]);
  });

  it('of what is missing, a marker or a row without its version id fail as the S3 operation does', async () => {
    const version = await s3.put('source', 'key');
    const marker = await s3.remove('source', 'key');
    expect(await run(PUT_TAGS, { key: 'none' })).toMatchObject(failed(404, 'NoSuchKey'));
    const gone = `${version.slice(0, -1)}${version.endsWith('A') ? 'B' : 'A'}`;
    expect(await run(PUT_TAGS, { key: 'key', versionId: gone })).toMatchObject({ succeeded: false });
    expect(await run(PUT_TAGS, { key: 'key', versionId: 'null' })).toMatchObject(
      failed(404, 'NoSuchVersion'),
    );
    expect(await run(PUT_TAGS, { key: 'key', versionId: marker ?? '' })).toMatchObject(
      failed(405, 'MethodNotAllowed'),
    );
    expect(await run(PUT_TAGS, { key: 'key', versionId: '' })).toMatchObject(failed(400, 'InvalidRequest'));
    expect(await run(PUT_TAGS, { bucket: 'nowhere', key: 'key' })).toMatchObject(failed(404, 'NoSuchBucket'));
    expect(await run(PUT_TAGS, { bucket: 'target', key: 'key' })).toMatchObject(
      failed(400, 'InvalidRequest'),
    );
  });

  it('need the action that the S3 operation needs, with a version id that of versions', async () => {
    const versionId = await s3.put('source', 'key');
    await allow('s3:PutObjectTagging', 's3:DeleteObjectVersionTagging');
    expect(await run(PUT_TAGS, { key: 'key' })).toEqual(DONE);
    expect(await run(PUT_TAGS, { key: 'key', versionId })).toMatchObject(
      failed(403, 'AccessDenied', /s3:PutObjectVersionTagging/),
    );
    expect(await run(DELETE_TAGS, { key: 'key', versionId })).toEqual(DONE);
    expect(await run(DELETE_TAGS, { key: 'key' })).toMatchObject(failed(403, 'AccessDenied'));
  });

  it('say 403 of what is missing to a role that may not list the bucket', async () => {
    await allow('s3:PutObjectTagging');
    expect(await run(PUT_TAGS, { key: 'none' })).toMatchObject(failed(403, 'AccessDenied', /s3:ListBucket/));
  });

  it('obey conditions on the tags that are there and those that are set', async () => {
    await s3.put('source', 'open', 'open', [['class', 'open']]);
    await s3.put('source', 'closed', 'closed', [['class', 'closed']]);
    const under = (condition: object) =>
      setBatchRolePolicy(s3.site, [
        {
          Effect: 'Allow',
          Action: 's3:PutObjectTagging',
          Resource: 'arn:aws:s3:::source/*',
          Condition: { StringEquals: condition },
        },
      ]);
    await under({ 's3:ExistingObjectTag/class': 'open', 's3:RequestObjectTag/team': 'blue' });
    expect(await run(PUT_TAGS, { key: 'open' })).toEqual(DONE);
    expect(await run(PUT_TAGS, { key: 'closed' })).toMatchObject(failed(403, 'AccessDenied'));
    await under({ 's3:RequestObjectTag/team': 'red' });
    expect(await run(PUT_TAGS, { key: 'closed' })).toMatchObject(failed(403, 'AccessDenied'));
  });

  it('wait for a store that is away', async () => {
    await s3.put('source', 'key');
    broken = true;
    await expect(run(PUT_TAGS, { key: 'key' })).rejects.toMatchObject({ name: 'StoreUnavailableError' });
  });
});

describe('S3PutObjectAcl', () => {
  it('accepts what is so already', async () => {
    await s3.put('source', 'key');
    expect(await run(acl('bucket-owner-full-control'), { key: 'key' })).toEqual(DONE);
    expect(await run(acl('public-read'), { key: 'key' })).toMatchObject(
      failed(400, 'AccessControlListNotSupported'),
    );
    expect(await run(acl('bucket-owner-full-control'), { key: 'none' })).toMatchObject(
      failed(404, 'NoSuchKey'),
    );
    await s3.remove('source', 'key');
    expect(await run(acl('bucket-owner-full-control'), { key: 'key' })).toMatchObject(
      failed(405, 'MethodNotAllowed'),
    );
  });

  it('needs s3:PutObjectAcl', async () => {
    await s3.put('source', 'key');
    await allow('s3:PutObjectVersionAcl');
    expect(await run(acl('private'), { key: 'key' })).toMatchObject(failed(403, 'AccessDenied'));
  });
});

describe('S3PutObjectCopy', () => {
  it('copies the newest version or one by its id, with metadata and tags, under the prefix', async () => {
    const old = await s3.put('source', 'a/key', 'old', [['a', '1']]);
    await s3.put('source', 'a/key', 'new');
    expect(await run(copy({ targetKeyPrefix: 'Folder1' }), { key: 'a/key' })).toEqual(DONE);
    expect(await s3.read('target', 'Folder1/a/key')).toMatchObject({ text: 'new', tags: [] });
    expect(await run(copy(), { key: 'a/key', versionId: old })).toEqual(DONE);
    expect(await s3.read('target', 'a/key')).toMatchObject({
      text: 'old',
      tags: [['a', '1']],
      version: { metadata: { from: 'source' }, storageClass: 'STANDARD' },
    });
  });

  it('replaces metadata and tags, and sets class and checksum', async () => {
    await s3.put('source', 'key', 'body', [['a', '1']]);
    const operation = copy({
      metadataDirective: 'REPLACE',
      metadata: { new: 'yes' },
      system: { contentType: 'text/plain' },
      newObjectTags: [['b', '2']],
      storageClass: 'STANDARD_IA',
      checksumAlgorithm: 'SHA256',
    });
    expect(await run(operation, { key: 'key' })).toEqual(DONE);
    expect(await s3.read('target', 'key')).toMatchObject({
      tags: [['b', '2']],
      version: {
        metadata: { new: 'yes' },
        system: { contentType: 'text/plain' },
        storageClass: 'STANDARD_IA',
        checksum: { algorithm: 'SHA256' },
      },
    });
  });

  it('compares the dates that were asked for', async () => {
    await s3.put('source', 'key');
    const modifiedMs = clock.now();
    await clock.advance(10_000);
    const past = modifiedMs - 5000;
    const later = modifiedMs + 5000;
    expect(await run(copy({ modifiedSinceMs: past, unmodifiedSinceMs: later }), { key: 'key' })).toEqual(
      DONE,
    );
    for (const condition of [{ modifiedSinceMs: later }, { unmodifiedSinceMs: past }]) {
      expect(await run(copy(condition), { key: 'key' })).toMatchObject(failed(412, 'PreconditionFailed'));
    }
  });

  it('refuses a copy onto itself that changes nothing', async () => {
    await s3.put('source', 'key');
    const onto = { targetBucket: 'arn:aws:s3:::source' };
    expect(await run(copy(onto), { key: 'key' })).toMatchObject(failed(400, 'InvalidRequest'));
    expect(await run(copy({ ...onto, storageClass: 'GLACIER' }), { key: 'key' })).toEqual(DONE);
    expect(await run(copy(), { key: 'key' })).toMatchObject(failed(403, 'InvalidObjectState'));
  });

  it.each(['s3:GetObject', 's3:PutObject', 's3:GetObjectTagging', 's3:PutObjectTagging'])(
    'needs %s',
    async (action) => {
      await s3.put('source', 'key', 'key', [['a', '1']]);
      await setBatchRolePolicy(s3.site, [
        { Effect: 'Allow', Action: 's3:*', Resource: '*' },
        { Effect: 'Deny', Action: action, Resource: '*' },
      ]);
      expect(await run(copy(), { key: 'key' })).toMatchObject(
        failed(403, 'AccessDenied', new RegExp(`${action} `)),
      );
      expect(await s3.versions('target')).toEqual([]);
    },
  );

  it('fails where source or target is missing, and where the owner of the target does not allow it', async () => {
    expect(await run(copy(), { key: 'none' })).toMatchObject(failed(404, 'NoSuchKey'));
    await s3.put('source', 'key');
    const nowhere = copy({ targetBucket: 'arn:aws:s3:::nowhere' });
    expect(await run(nowhere, { key: 'key' })).toMatchObject(failed(404, 'NoSuchBucket'));
    await s3.bucket('foreign', { owner: OTHER_ACCOUNT });
    const foreign = copy({ targetBucket: 'arn:aws:s3:::foreign' });
    expect(await run(foreign, { key: 'key' })).toMatchObject(failed(403, 'AccessDenied'));
  });

  it('run again after a crash makes no second copy, and another task of the same object does', async () => {
    await s3.put('source', 'key');
    for (const number of [7, 7, 8]) expect(await run(copy(), { key: 'key' }, number)).toEqual(DONE);
    await s3.remove('target', 'key');
    expect(await run(copy(), { key: 'key' }, 8)).toEqual(DONE);
    expect((await s3.versions('target')).map(({ row }) => row.kind)).toEqual([
      'delete-marker',
      'object',
      'object',
    ]);
  });
});

it('a role that cannot be assumed fails each task', async () => {
  await s3.put('source', 'key');
  const region = s3.site.site.regions.get('us-east-1');
  if (region === undefined) throw new Error('no region');
  const job = jobRow({ operation: PUT_TAGS, roleArn: 'arn:aws:iam::111122223333:role/none' });
  const name = { jobId: JOB_ID, chunk: 0, task: 0 };
  const result = await runOperation(batchContextOf(s3.site), region, job, { key: 'key' }, name);
  expect(result).toMatchObject(failed(403, 'AssumeRoleNotPermitted'));
});
