import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { createAccount } from '../../identity/accounts.ts';
import type { JobChunkRow, JobReport, JobTask, TaskResult } from '../../store/tables/job-rows.ts';
import { jobChunks } from '../../store/tables/jobs.ts';
import {
  batchContextOf,
  JOB_ID,
  jobRow,
  makeBatchRole,
  setBatchRolePolicy,
} from '../../testing/batch-fixture.ts';
import { openMemorySite } from '../../testing/memory-site.ts';
import { ACCOUNT, OTHER_ACCOUNT, ReplicationFixture } from '../../testing/replication-fixture.ts';
import { SeededRandom } from '../../testing/seeded-random.ts';
import { SimulatedClock } from '../../testing/simulated-clock.ts';
import { checkReport } from './check-report.ts';
import type { ReportManifest } from './layout.ts';
import { writeReport } from './write-report.ts';

const FOLDER = `reports/job-${JOB_ID}/`;
const REPORT = {
  enabled: true,
  bucket: 'arn:aws:s3:::target',
  prefix: 'reports',
  scope: 'AllTasks',
} as const satisfies JobReport;

const done: TaskResult = { succeeded: true, message: 'success' };
const missing: TaskResult = {
  succeeded: false,
  httpStatus: 404,
  code: 'SrcVersionNotFound',
  message: 'Gone, "for good"',
};

let clock: SimulatedClock;
let s3: ReplicationFixture;
let full: boolean;

beforeEach(async () => {
  clock = new SimulatedClock();
  full = false;
  const faults = (name: string) => ({
    commit: () => (full && name === 'ap-south-1' ? ('unavailable' as const) : undefined),
  });
  s3 = new ReplicationFixture(await openMemorySite({ clock, random: new SeededRandom(1), faults }));
  await s3.accounts();
  await s3.bucket('target', { region: 'ap-south-1', versioned: false });
  await makeBatchRole(s3.site);
});

function region() {
  const found = s3.site.site.regions.get('us-east-1');
  if (found === undefined) throw new Error('no region');
  return found;
}

async function store(...chunks: readonly JobChunkRow[]): Promise<void> {
  const writes = chunks.map((chunk, number) => jobChunks.put(chunk, JOB_ID, number));
  await region().store.commit({ checks: [], writes });
}

const task = (key: string, more: Partial<JobTask> = {}): JobTask => ({ key, versionId: 'v1', ...more });

async function write(report: JobReport = REPORT, rowsMax?: number): Promise<void> {
  const job = jobRow({ report, reportedAtMs: clock.now() });
  await writeReport(batchContextOf(s3.site), region(), job, rowsMax);
}

async function text(key: string): Promise<string> {
  return (await s3.read('target', key))?.text ?? '';
}

async function manifest(): Promise<ReportManifest> {
  return JSON.parse(await text(`${FOLDER}manifest.json`)) as ReportManifest;
}

const md5 = (body: string) => createHash('md5').update(body).digest('hex');

describe('a completion report', () => {
  it("has AWS's layout", async () => {
    await store(
      {
        state: 'done',
        tasks: [task('photos/a b.jpg'), task('gone', { versionId: 'null' }), task('never')],
        results: [done, missing, null],
      },
      {
        state: 'done',
        tasks: [task('x', { bucket: 'other', encodedKey: '%78', versionId: '' })],
        results: [done],
      },
      { state: 'waiting', tasks: [task('later')] },
    );
    await write();
    const { Results, ...rest } = await manifest();
    expect(rest).toEqual({
      Format: 'Report_CSV_20180820',
      ReportCreationDate: new Date(clock.now()).toISOString(),
      ReportSchema: 'Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage',
    });
    expect(Results.map(({ TaskExecutionStatus, Bucket }) => [TaskExecutionStatus, Bucket])).toEqual([
      ['succeeded', 'target'],
      ['failed', 'target'],
    ]);
    const [succeeded, failed] = await Promise.all(Results.map(({ Key }) => text(Key)));
    expect(succeeded).toBe(
      'source,photos/a%20b.jpg,v1,succeeded,200,,success\nother,%78,,succeeded,200,,success\n',
    );
    expect(failed).toBe('source,gone,null,failed,404,SrcVersionNotFound,"Gone, ""for good"""\n');
    expect(Results.map(({ MD5Checksum }) => MD5Checksum)).toEqual([md5(succeeded ?? ''), md5(failed ?? '')]);
    for (const { Key } of Results) expect(Key).toMatch(new RegExp(`^${FOLDER}results/[0-9a-f]{40}\\.csv$`));
    expect(await text(`${FOLDER}manifest.json.md5`)).toBe(`${md5(await text(`${FOLDER}manifest.json`))}\n`);
  });

  it('lists failed tasks only where asked, and says so where none failed', async () => {
    await store({ state: 'done', tasks: [task('a')], results: [done] });
    await write({ ...REPORT, scope: 'FailedTasksOnly' });
    expect((await manifest()).Results).toEqual([]);
    expect((await s3.versions('target')).map(({ key }) => key)).toEqual([
      `${FOLDER}manifest.json`,
      `${FOLDER}manifest.json.md5`,
    ]);
  });

  it('without prefix lies at the root, and a slash at the end of a prefix is not doubled', async () => {
    await store({ state: 'done', tasks: [task('a')], results: [done] });
    const { prefix: _prefix, ...bare } = REPORT;
    await write(bare);
    await write({ ...REPORT, prefix: 'p/' });
    const keys = (await s3.versions('target')).map(({ key }) => key.replace(/[0-9a-f]{40}/, '_'));
    const files = ['manifest.json', 'manifest.json.md5', 'results/_.csv'];
    expect(keys).toEqual([
      ...files.map((file) => `job-${JOB_ID}/${file}`),
      ...files.map((file) => `p/job-${JOB_ID}/${file}`),
    ]);
  });

  it('begins a new file when one is full, and is the same when it is written twice', async () => {
    const tasks = Array.from({ length: 25 }, (_, index) => task(`key-${index}`));
    const results = tasks.map((_, index) => (index % 5 === 0 ? missing : done));
    await store(
      { state: 'done', tasks, results },
      { state: 'done', tasks, results },
      { state: 'done', tasks, results },
    );
    await write(REPORT, 7);
    const first = await manifest();
    expect(first.Results.map((result) => result.TaskExecutionStatus)).toEqual([
      ...Array.from({ length: 9 }, () => 'succeeded'),
      ...Array.from({ length: 3 }, () => 'failed'),
    ]);
    const lines = await Promise.all(
      first.Results.map(async ({ Key }) => (await text(Key)).split('\n').length - 1),
    );
    expect(lines).toEqual([7, 7, 7, 7, 7, 7, 7, 7, 4, 7, 7, 1]);
    const checked = await checkReport(
      {
        manifest: Buffer.from(await text(`${FOLDER}manifest.json`)),
        manifestMd5: Buffer.from(await text(`${FOLDER}manifest.json.md5`)),
        async *open(key) {
          yield Buffer.from(await text(key));
        },
      },
      { scope: 'AllTasks', succeeded: 60, failed: 15 },
    );
    expect(checked).toEqual({ succeeded: 60, failed: 15, repeated: 50, problems: [] });
    await write(REPORT, 7);
    expect(await manifest()).toEqual(first);
  });
});

describe('a report that cannot be written fails the job', () => {
  const FAILURE = { name: 'JobFailure', code: 'ReportWriteFailed' };

  beforeEach(() => store({ state: 'done', tasks: [task('a')], results: [done] }));

  it('without s3:PutObject', async () => {
    await setBatchRolePolicy(s3.site, [{ Effect: 'Allow', Action: 's3:Get*', Resource: '*' }]);
    await expect(write()).rejects.toMatchObject(FAILURE);
  });

  it('into a bucket that does not exist', async () => {
    await expect(write({ ...REPORT, bucket: 'arn:aws:s3:::nowhere' })).rejects.toMatchObject(FAILURE);
  });

  it('into a bucket of another owner than expected', async () => {
    await expect(write({ ...REPORT, expectedBucketOwner: OTHER_ACCOUNT })).rejects.toMatchObject(FAILURE);
    await write({ ...REPORT, expectedBucketOwner: ACCOUNT });
  });

  it("into another account's bucket that does not allow it", async () => {
    await s3.bucket('foreign', { owner: OTHER_ACCOUNT });
    await expect(write({ ...REPORT, bucket: 'arn:aws:s3:::foreign' })).rejects.toMatchObject(FAILURE);
  });

  it('into a bucket that is full, if it stays so', async () => {
    full = true;
    const job = jobRow({ report: REPORT, reportedAtMs: clock.now() });
    const writing = () => writeReport(batchContextOf(s3.site), region(), job);
    await expect(writing()).rejects.toMatchObject({ name: 'StoreUnavailableError' });
    await clock.advance(10 * 60_000);
    await expect(writing()).rejects.toMatchObject(FAILURE);
  });

  it('as a role that is gone', async () => {
    await createAccount(s3.site.identity, { name: 'third', id: '777788889999' });
    const job = jobRow({ report: REPORT, roleArn: 'arn:aws:iam::777788889999:role/none' });
    await expect(writeReport(batchContextOf(s3.site), region(), job)).rejects.toMatchObject(FAILURE);
  });
});
