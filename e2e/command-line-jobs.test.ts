import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteBucketReplicationCommand,
  DeleteObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { FAR_REGION, HOME_REGION } from '../scripts/demo/world.ts';
import { CommandLineWorld } from './command-line-world.ts';
import { realServer } from './real-server.ts';

// `holdfast jobs` as a person types it, from a job that waits for confirmation to a report that is checked.

const TEST_MS_MAX = 120_000;
const options = { timeout: TEST_MS_MAX };
const server = realServer();
const world = new CommandLineWorld(server);

/** A bucket with objects that are older than its rule. */
async function withOlderObjects(bucket: string, keys: readonly string[]): Promise<void> {
  await world.bucket(bucket);
  await world.bucket(`${bucket}-copy`);
  for (const key of keys) await world.put(bucket, key);
  await world.said('rule', 'create', bucket, `${bucket}-copy`, '--no-batch');
}

const jobIdOf = (text: string): string => /^Job (\S{36})$/m.exec(text)?.[1] ?? '';
const STAMP = /^\d\d:\d\d:\d\d\.\d{3} {2}/;
const statesIn = (text: string): string[] =>
  text.split('\n').flatMap((line) => (STAMP.test(line) ? [line.replace(STAMP, '')] : []));

async function untilAwaiting(jobId: string, region: string = HOME_REGION): Promise<void> {
  const show = ['jobs', 'show', jobId, '--region', region];
  const status = async () => ((await world.json(...show)) as { status: string }).status;
  await expect.poll(status, { timeout: 60_000, interval: 50 }).toBe('Suspended');
}

async function removeReplica(bucket: string, key: string, versionId: string): Promise<void> {
  await world.s3().send(new DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }));
}

describe('holdfast jobs', options, () => {
  it('a job waits for confirmation, runs, and its report is right', async () => {
    await withOlderObjects('one', ['a', 'b c', 'd/ü+%']);
    const created = await world.said('jobs', 'create', 'one');
    expect(created).toContain('s3api create-bucket --bucket one-reports --region us-east-1');
    expect(created).toContain('s3control create-job --region us-east-1 --account-id');
    const jobId = jobIdOf(created);
    expect(created).toMatch(new RegExp(`\\nIt waits for: holdfast jobs run ${jobId}\\n$`));

    await untilAwaiting(jobId);
    expect(await world.said('jobs')).toMatch(
      new RegExp(`^${jobId}  Awaiting your confirmation  one +Replicate  0% of 3 `, 'm'),
    );
    expect(await world.said('jobs', 'show', jobId)).toContain('\nAwaiting your confirmation to run\n');

    const ran = await world.run(['jobs', 'run', jobId.slice(0, 12), '--follow']);
    expect(ran.code).toBe(0);
    expect(statesIn(ran.stdout).at(-1)).toBe('Completed');
    expect(ran.stdout).toContain('\nCompleted: 3 of 3 objects succeeded, 0 failed\n');
    const shown = await world.said('jobs', 'show', jobId);
    expect(statesIn(shown).map((line) => line.split('  ')[0])).toEqual([
      'New',
      'Preparing',
      'Awaiting your confirmation to run',
      'Ready',
      'Active',
      'Completing',
      'Completed',
    ]);
    expect(shown).toContain('Objects       3: 3 succeeded, 0 failed\n');

    const checked = await world.run(['jobs', 'report', jobId, '--output', 'kept']);
    expect(checked).toMatchObject({ code: 0, stderr: '' });
    expect(checked.stdout).toContain('one       3 of 3 versions are there');
    expect(checked.stdout).toContain('one-copy  3 of 3 replicas are equal');
    expect(checked.stdout).toContain('The report is right: ');
    expectKeptReport(join(server.folder, 'kept'));
    const file = join(server.folder, 'kept', 'manifest.json');
    const refused = await world.run(['jobs', 'report', jobId, '--output', file]);
    expect(refused).toMatchObject({ code: 1, stderr: `holdfast: ${file}: file already exists (EEXIST).\n` });
  });

  it('every version is looked up: from before versioning, under odd keys, delete markers', async () => {
    await world.bucket('odd', { versioned: false });
    await world.put('odd', 'from before');
    await world.bucket('odd-copy');
    await world.said('rule', 'create', 'odd', 'odd-copy', '--enable-versioning', '--delete-markers');
    await world.s3().send(new DeleteBucketReplicationCommand({ Bucket: 'odd' }));
    for (const key of ["we!ird'(*)~ k/../x", 'gone']) await world.put('odd', key);
    await world.s3().send(new DeleteObjectCommand({ Bucket: 'odd', Key: 'gone' }));
    await world.said('rule', 'create', 'odd', 'odd-copy', '--delete-markers');
    const ran = await world.said('jobs', 'create', 'odd', '--run', '--follow');
    const checked = await world.run(['jobs', 'report', jobIdOf(ran)]);
    expect(checked.stdout).toContain('odd-copy  4 of 4 replicas are equal');
    expect(checked.code).toBe(0);
  });

  it('a job is where its bucket is', async () => {
    const far = world.s3(server.owner, FAR_REGION);
    const location = { LocationConstraint: 'ap-south-1' } as const;
    await far.send(new CreateBucketCommand({ Bucket: 'far', CreateBucketConfiguration: location }));
    await far.send(new PutObjectCommand({ Bucket: 'far', Key: 'old', Body: 'old' }));
    await world.bucket('near');
    await world.said('rule', 'create', 'far', 'near', '--enable-versioning');
    const created = await world.said('jobs', 'create', 'far');
    const jobId = jobIdOf(created);
    expect(created).toContain(`holdfast jobs run ${jobId} --region ${FAR_REGION}`);
    expect((await world.refused('jobs', 'show', jobId)).stderr).toContain('--region names another region');
    await untilAwaiting(jobId, FAR_REGION);
    const run = await world.run(['jobs', 'run', jobId, '--region', FAR_REGION, '--follow']);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain(`holdfast jobs report ${jobId} --region ${FAR_REGION}\n`);
    const checked = await world.run(['jobs', 'report', jobId, '--region', FAR_REGION]);
    expect(checked.stdout).toMatch(/^ {2}near +1 of 1 replicas are equal/m);
  });

  it('what failed is an exit code, and the report says which and why', async () => {
    await withOlderObjects('two', []);
    const gone = await world.put('two', 'gone');
    await world.put('two', 'kept');
    for (const key of ['gone', 'kept']) expect(await world.settled('two', key)).toBe('COMPLETED');
    await removeReplica('two-copy', 'gone', gone);

    const create = ['jobs', 'create', 'two', '--run', '--follow', '--filter', 'completed'];
    const ran = await world.run(create);
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('\nCompleted with failures (1): 1 of 2 objects succeeded, 1 failed\n');
    const jobId = jobIdOf(ran.stdout);
    expect(await world.said('jobs')).toContain('Completed with failures (1)');
    const report = await world.json('jobs', 'report', jobId);
    expect(report).toMatchObject({
      isRight: true,
      succeeded: 1,
      failed: 1,
      repeated: 0,
      problems: [],
      failures: { DstObjectHardDeleted: 1 },
      replicas: { 'two-copy': { due: 1, equal: 1 } },
    });

    // The report said that this one succeeded.
    const { states } = (await world.json('jobs', 'show', jobId)) as { states: { status: string }[] };
    expect(states.map(({ status }) => status)).not.toContain('Suspended');
    await removeReplica('two-copy', 'kept', (await versionOf('two', 'kept')) ?? '');
    const checked = await world.run(['jobs', 'report', jobId]);
    expect(checked.code).toBe(1);
    expect(checked.stdout).toMatch(/^ {2}kept \(version \S+\) is missing in two-copy$/m);
    expect(checked.stdout).toContain('The report and the buckets differ.');
  });

  it('a report of failed tasks only lists no others', async () => {
    await withOlderObjects('failures', ['a', 'b']);
    const ran = await world.said('jobs', 'create', 'failures', '--run', '--follow', '--failed-only');
    const checked = await world.run(['jobs', 'report', jobIdOf(ran)]);
    expect(checked.code).toBe(0);
    expect(checked.stdout).toContain('rows   0 failed, and the 2 that succeeded are not listed\n');
  });

  it('a job that finds nothing fails, and says why', async () => {
    await withOlderObjects('three', ['a']);
    const ran = await world.run(['jobs', 'create', 'three', '--run', '--follow', '--filter', 'replica']);
    expect(ran.code).toBe(1);
    expect(statesIn(ran.stdout).map((line) => line.split('  ')[0])).toEqual([
      'New',
      'Preparing',
      'Failing',
      'Failed',
    ]);
    const jobId = jobIdOf(ran.stdout);
    expect(await world.said('jobs', 'show', jobId)).toMatch(/^Why {11}\S.* \(ManifestGenerationNoKeys\)$/m);
    expect(await world.refused('jobs', 'report', jobId)).toEqual({
      code: 1,
      stderr: `holdfast: Job ${jobId} ran no task, so it has no report.\n`,
    });
  });

  it('a job is put before others, and cancelled', async () => {
    await withOlderObjects('four', ['a']);
    const { jobId } = (await world.json('jobs', 'create', 'four', '--priority', '3')) as { jobId: string };
    await untilAwaiting(jobId);
    for (const words of [
      ['run', jobId],
      ['cancel', jobId],
      ['priority', jobId, '42'],
    ]) {
      const dry = await world.said('jobs', ...words, '--dry-run');
      expect(dry.trim().split('\n')).toEqual([expect.stringMatching(/^# /), expect.stringMatching(/^aws /)]);
    }
    expect(await world.json('jobs', 'show', jobId)).toMatchObject({ status: 'Suspended', priority: 3 });
    expect(await world.said('jobs', 'priority', jobId, '42')).toContain(`Job ${jobId} has priority 42.`);
    expect(await world.said('jobs', 'cancel', jobId, '--reason', 'not today')).toContain('\nCancelled.\n');
    const shown = await world.said('jobs', 'show', jobId);
    expect(shown).toContain('\nCancelled\n');
    expect(shown).toContain('Reason given  not today\n');
    expect(shown).toContain('Priority      42\n');
    expect(await world.said('jobs', '--status', 'cancelled')).toContain(jobId);
    expect(await world.said('jobs', '--status', 'Active')).toBe('No jobs with this status in us-east-1.\n');
    expect((await world.refused('jobs', 'run', jobId)).stderr).toBe(
      `holdfast: Job ${jobId} does not await your confirmation: it is Cancelled.\n`,
    );
  });

  it('keys of another account see none of it', async () => {
    const stranger = server.account('stranger');
    const { jobs } = (await world.json('jobs', '--limit', '1')) as { jobs: { id: string }[] };
    const jobId = jobs[0]?.id ?? '';
    expect((await world.run(['jobs'], stranger)).stdout).toMatch(/^No jobs in us-east-1\. /);
    expect(await world.run(['jobs', 'show', jobId], stranger)).toEqual({
      code: 1,
      stdout: '',
      stderr: `holdfast: There is no job ${jobId} in us-east-1: --region names another region.\n`,
    });
  });

  it.each<[string[], number, RegExp]>([
    [['create'], 2, /^holdfast: Type holdfast jobs, or see/],
    [['nothing', 'x'], 2, /^holdfast: Type holdfast jobs, or see/],
    [['priority', 'x', 'high'], 2, /^holdfast: A priority is a whole number/],
    [['--status', 'sleeping'], 2, /^holdfast: --status is one or more of /],
    [['--limit', '0'], 2, /^holdfast: --limit is how many jobs to show/],
    [['create', 'nowhere'], 1, /^holdfast: There is no bucket nowhere: make it with /],
    [['create', 'one-copy'], 1, /^holdfast: one-copy has no replication rule: make one with /],
    [['show', 'ffffffff'], 1, /^holdfast: There is no job ffffffff in us-east-1/],
    [['--region', 'mars-1'], 1, /^holdfast: /],
  ])('%j is a sentence and exit code %i', async (words, code, complaint) => {
    const refused = await world.refused('jobs', ...words);
    expect(refused.code).toBe(code);
    expect(refused.stderr).toMatch(complaint);
    expect(refused.stderr.split('\n')).toHaveLength(2);
  });
});

async function versionOf(bucket: string, key: string): Promise<string | undefined> {
  const { HeadObjectCommand } = await import('@aws-sdk/client-s3');
  return (await world.s3().send(new HeadObjectCommand({ Bucket: bucket, Key: key }))).VersionId;
}

/** The files are those that the manifest names, each with its checksum. */
function expectKeptReport(folder: string): void {
  const manifest = readFileSync(join(folder, 'manifest.json'));
  const md5 = (content: Buffer) => createHash('md5').update(content).digest('hex');
  expect(readFileSync(join(folder, 'manifest.json.md5'), 'utf8').trim()).toBe(md5(manifest));
  const { Results } = JSON.parse(manifest.toString('utf8')) as {
    Results: { Key: string; MD5Checksum: string }[];
  };
  const files = readdirSync(folder).filter((name) => name.endsWith('.csv'));
  expect(Results.map(({ Key }) => Key.split('/').at(-1))).toEqual(files);
  expect(Results.map(({ MD5Checksum }) => MD5Checksum)).toEqual(
    files.map((name) => md5(readFileSync(join(folder, name)))),
  );
}
