import {
  CreateJobCommand,
  type CreateJobCommandInput,
  DeleteJobTaggingCommand,
  DescribeJobCommand,
  GetJobTaggingCommand,
  ListAccessPointsCommand,
  ListJobsCommand,
  PutJobTaggingCommand,
  type S3ControlClient,
  S3ControlServiceException,
  UpdateJobPriorityCommand,
  UpdateJobStatusCommand,
} from '@aws-sdk/client-s3-control';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { enterState } from '../../batch/transition.ts';
import type { JobRow, JobStatus } from '../../store/tables/job-rows.ts';
import { jobs } from '../../store/tables/jobs.ts';
import { ACCOUNT, OTHER_ACCOUNT, type S3Server, startS3Server } from '../../testing/start-s3-server.ts';
import type { TestKeys } from '../../testing/test-site.ts';

let server: S3Server;
let control: S3ControlClient;
beforeEach(async () => {
  server = await startS3Server();
  control = server.site.s3control(server.root);
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  expect(server.site.faults).toEqual([]);
});

const ROLE = `arn:aws:iam::${ACCOUNT}:role/batch`;

const smallest: CreateJobCommandInput = {
  AccountId: ACCOUNT,
  Operation: { S3ReplicateObject: {} },
  Report: { Enabled: false },
  Priority: 1,
  RoleArn: ROLE,
  ManifestGenerator: {
    S3JobManifestGenerator: {
      SourceBucket: 'arn:aws:s3:::source',
      EnableManifestOutput: false,
      Filter: { EligibleForReplication: true },
    },
  },
};

async function create(input: Partial<CreateJobCommandInput> = {}, client = control): Promise<string> {
  const { JobId } = await client.send(new CreateJobCommand({ ...smallest, ...input }));
  return JobId ?? '';
}

async function describeJob(JobId: string, client = control) {
  const { Job } = await client.send(new DescribeJobCommand({ AccountId: ACCOUNT, JobId }));
  return Job;
}

/** As the runner would. */
async function move(jobId: string, ...path: readonly JobStatus[]): Promise<void> {
  const store = server.site.site.site.regions.get('us-east-1')?.store;
  for (const status of path) {
    const [row] = (await store?.get([jobs.key(jobId)])) ?? [];
    if (store === undefined || row === undefined) throw new Error('no job');
    const { writes } = enterState(jobs.decode(row), status, { atMs: Date.now() });
    await store.commit({ checks: [jobs.check(row.version, jobId)], writes });
  }
}

function answerOf(error: unknown): string {
  return error instanceof S3ControlServiceException
    ? `${error.$metadata.httpStatusCode} ${error.name}`
    : String(error);
}

function refused(call: Promise<unknown>, name: string, httpStatusCode = 400): Promise<void> {
  return expect(call).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
}

const allow = (Action: string | string[], more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource: '*',
  ...more,
});
const policy = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });
const PASS = allow('iam:PassRole');

async function asUser(name: string, ...statements: object[]): Promise<S3ControlClient> {
  const keys: TestKeys = await server.user(name, policy(...statements));
  return server.site.s3control(keys);
}

const whole: CreateJobCommandInput = {
  AccountId: ACCOUNT,
  ConfirmationRequired: false,
  Operation: { S3ReplicateObject: {} },
  Report: {
    Bucket: 'arn:aws:s3:::acme-reports',
    Prefix: 'backfill',
    Format: 'Report_CSV_20180820',
    Enabled: true,
    ReportScope: 'AllTasks',
    ExpectedBucketOwner: ACCOUNT,
  },
  ClientRequestToken: 't-0001',
  ManifestGenerator: {
    S3JobManifestGenerator: {
      ExpectedBucketOwner: ACCOUNT,
      SourceBucket: 'arn:aws:s3:::acme-src',
      EnableManifestOutput: true,
      ManifestOutputLocation: {
        ExpectedManifestBucketOwner: ACCOUNT,
        Bucket: 'arn:aws:s3:::acme-manifests',
        ManifestPrefix: 'gen',
        ManifestEncryption: { SSES3: {} },
        ManifestFormat: 'S3InventoryReport_CSV_20211130',
      },
      Filter: {
        EligibleForReplication: true,
        CreatedAfter: new Date('2026-01-01T00:00:00Z'),
        CreatedBefore: new Date('2026-06-01T00:00:00.500Z'),
        ObjectReplicationStatuses: ['NONE', 'FAILED'],
        KeyNameConstraint: {
          MatchAnyPrefix: ['photos/'],
          MatchAnySuffix: ['.jpg'],
          MatchAnySubstring: ['ü'],
        },
        ObjectSizeGreaterThanBytes: 0,
        ObjectSizeLessThanBytes: 5_368_709_120,
        MatchAnyStorageClass: ['STANDARD', 'STANDARD_IA'],
        MatchAnyObjectEncryption: [{ SSEKMS: { BucketKeyEnabled: true } }],
      },
    },
  },
  Description: 'initial backfill',
  Priority: 10,
  RoleArn: ROLE,
  Tags: [{ Key: 'team', Value: 'data' }],
};

it('a job is described as it was asked for', async () => {
  const before = Date.now();
  const JobId = await create(whole);
  expect(JobId).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  const { AccountId: _, ClientRequestToken: _token, Tags: _tags, ...asked } = whole;
  const job = await describeJob(JobId);
  expect(job).toEqual({
    ...asked,
    JobId,
    JobArn: `arn:aws:s3:us-east-1:${ACCOUNT}:job/${JobId}`,
    Status: 'New',
    ProgressSummary: {
      TotalNumberOfTasks: 0,
      NumberOfTasksSucceeded: 0,
      NumberOfTasksFailed: 0,
      Timers: { ElapsedTimeInActiveSeconds: 0 },
    },
    CreationTime: expect.any(Date),
  });
  expect(job?.CreationTime?.getTime()).toBeGreaterThanOrEqual(before);
  const { Tags } = await control.send(new GetJobTaggingCommand({ AccountId: ACCOUNT, JobId }));
  expect(Tags).toEqual([{ Key: 'team', Value: 'data' }]);
});

it('every other operation, and a manifest of one’s own, come back as they went in', async () => {
  const Manifest = {
    Spec: { Format: 'S3BatchOperations_CSV_20180820', Fields: ['Bucket', 'Ignore', 'Key', 'VersionId'] },
    Location: {
      ObjectArn: 'arn:aws:s3:::in/a/list.csv',
      ObjectVersionId: '3sL4kqtJlcpXroDTDmJ.r',
      ETag: '"60e4"',
    },
  } satisfies CreateJobCommandInput['Manifest'];
  const inventory = {
    Spec: { Format: 'S3InventoryReport_CSV_20161130' },
    Location: { ObjectArn: 'arn:aws:s3:::in/manifest.json', ETag: '60e4' },
  } satisfies CreateJobCommandInput['Manifest'];
  const operations: CreateJobCommandInput['Operation'][] = [
    { S3DeleteObjectTagging: {} },
    { S3PutObjectTagging: { TagSet: [{ Key: 'a', Value: 'b' }] } },
    { S3PutObjectAcl: { AccessControlPolicy: { CannedAccessControlList: 'bucket-owner-full-control' } } },
    {
      S3PutObjectCopy: {
        TargetResource: 'arn:aws:s3:::target',
        TargetKeyPrefix: 'copies',
        StorageClass: 'GLACIER_IR',
        MetadataDirective: 'REPLACE',
        NewObjectMetadata: {
          UserMetadata: { colour: 'blue' },
          ContentType: 'text/plain',
          CacheControl: 'no-store',
          HttpExpiresDate: new Date('2030-01-01T00:00:00Z'),
        },
        NewObjectTagging: [{ Key: 'a', Value: '' }],
        ModifiedSinceConstraint: new Date('2026-01-01T00:00:00Z'),
        UnModifiedSinceConstraint: new Date('2026-02-01T00:00:00Z'),
        ChecksumAlgorithm: 'SHA256',
      },
    },
  ];
  for (const [index, Operation] of operations.entries()) {
    const given = index % 2 === 0 ? Manifest : inventory;
    const job = await describeJob(await create({ Operation, Manifest: given, ManifestGenerator: undefined }));
    expect(job).toMatchObject({ Operation, Manifest: given, ConfirmationRequired: true });
    expect(job?.ManifestGenerator).toBeUndefined();
  }
});

it('a token makes one job', async () => {
  const JobId = await create(whole);
  expect(await create(whole)).toBe(JobId);
  const generator = whole.ManifestGenerator?.S3JobManifestGenerator;
  const reordered = {
    ...generator,
    Filter: { ...generator?.Filter, ObjectReplicationStatuses: ['FAILED', 'NONE'] },
  } as typeof generator;
  expect(
    await create({ ...whole, ManifestGenerator: { S3JobManifestGenerator: reordered ?? ({} as never) } }),
  ).toBe(JobId);
  await refused(create({ ...whole, Priority: 11 }), 'IdempotencyException');
  await refused(create({ ...whole, Tags: [] }), 'IdempotencyException');
  const others = server.site.s3control(server.otherRoot);
  const RoleArn = ROLE.replace(ACCOUNT, OTHER_ACCOUNT);
  expect(await create({ ...whole, AccountId: OTHER_ACCOUNT, RoleArn }, others)).not.toBe(JobId);
  const elsewhere = server.site.s3control(server.root, 'ap-south-1');
  expect(await create(whole, elsewhere)).not.toBe(JobId);
  const token = { ClientRequestToken: 'at once' };
  const made = await Promise.all(Array.from({ length: 8 }, () => create(token)));
  expect(new Set(made).size).toBe(1);
  expect(await create({ ...token, ConfirmationRequired: true })).toBe(made[0]);
});

it('what is wrong with a request is said at once', async () => {
  const generator = { ...smallest.ManifestGenerator?.S3JobManifestGenerator };
  const generated = (more: object): Partial<CreateJobCommandInput> => ({
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- wrong on purpose
    ManifestGenerator: {
      S3JobManifestGenerator: { ...generator, ...more },
    } as CreateJobCommandInput['ManifestGenerator'],
  });
  const output = { Bucket: 'arn:aws:s3:::out', ManifestFormat: 'S3InventoryReport_CSV_20211130' };
  const report = {
    Enabled: true,
    Bucket: 'arn:aws:s3:::reports',
    Format: 'Report_CSV_20180820',
    ReportScope: 'AllTasks',
  };
  const manifest = {
    Spec: { Format: 'S3BatchOperations_CSV_20180820', Fields: ['Bucket', 'Key'] },
    Location: { ObjectArn: 'arn:aws:s3:::in/list.csv', ETag: 'e' },
  };
  const copying = (NewObjectMetadata: object) => ({
    Operation: { S3PutObjectCopy: { TargetResource: 'arn:aws:s3:::target', NewObjectMetadata } },
  });
  const wrong: object[] = [
    { Operation: {} },
    { Operation: { S3ReplicateObject: {}, S3DeleteObjectTagging: {} } },
    { ManifestGenerator: undefined },
    { Manifest: manifest },
    { Manifest: { ...manifest, Spec: { Format: 'CSV' } }, ManifestGenerator: undefined },
    {
      Manifest: { ...manifest, Spec: { ...manifest.Spec, Fields: ['Bucket', 'Name'] } },
      ManifestGenerator: undefined,
    },
    {
      Manifest: { ...manifest, Spec: { ...manifest.Spec, Fields: ['Key', 'Key'] } },
      ManifestGenerator: undefined,
    },
    {
      Manifest: { ...manifest, Location: { ObjectArn: 'arn:aws:s3:::in', ETag: 'e' } },
      ManifestGenerator: undefined,
    },
    { Report: { ...report, Bucket: undefined } },
    { Report: { ...report, Format: undefined } },
    { Report: { ...report, ReportScope: undefined } },
    { Report: { ...report, ReportScope: 'SomeTasks' } },
    { Report: { ...report, Bucket: 'reports' } },
    { Report: { ...report, Bucket: `arn:aws:s3:us-east-1:${ACCOUNT}:accesspoint/reports` } },
    { Report: { ...report, Prefix: '' } },
    { Report: { ...report, ExpectedBucketOwner: '1' } },
    { Priority: -1 },
    { Priority: 2_147_483_648 },
    { Description: '' },
    { Description: 'x'.repeat(257) },
    { Description: 'a\u0007b' },
    { RoleArn: 'role/batch' },
    copying({ ContentType: 'text/plain\r\nset-cookie: a=b' }),
    copying({ UserMetadata: { 'a b': 'c' } }),
    copying({ UserMetadata: { a: 'b\nc' } }),
    copying({ UserMetadata: { a: 'x'.repeat(2048) } }),
    {
      Operation: {
        S3PutObjectCopy: {
          TargetResource: 'arn:aws:s3:::t',
          MetadataDirective: 'COPY',
          NewObjectMetadata: {},
        },
      },
    },
    { Operation: { S3PutObjectCopy: { TargetResource: 'arn:aws:s3:::t', StorageClass: 'COLD' } } },
    { Operation: { S3PutObjectCopy: {} } },
    {
      Operation: {
        S3PutObjectTagging: {
          TagSet: [
            { Key: 'a', Value: '1' },
            { Key: 'a', Value: '2' },
          ],
        },
      },
    },
    { Operation: { S3PutObjectAcl: { AccessControlPolicy: { CannedAccessControlList: 'everybody' } } } },
    { Operation: { S3PutObjectAcl: {} } },
    { RoleArn: `arn:aws:iam::${ACCOUNT}:user/batch` },
    { ClientRequestToken: 'x'.repeat(65) },
    {
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'a', Value: '2' },
      ],
    },
    { Tags: [{ Key: 'aws:a', Value: '1' }] },
    { Tags: [{ Key: '', Value: '1' }] },
    { Tags: [{ Key: 'a', Value: 'x'.repeat(257) }] },
    generated({ SourceBucket: 'source' }),
    generated({ EnableManifestOutput: true }),
    generated({ EnableManifestOutput: true, ManifestOutputLocation: { ...output, ManifestFormat: 'CSV' } }),
    generated({ EnableManifestOutput: true, ManifestOutputLocation: { ...output, ManifestEncryption: {} } }),
    generated({ Filter: { ObjectReplicationStatuses: ['PENDING'] } }),
    generated({ Filter: { ObjectReplicationStatuses: [] } }),
    generated({ Filter: { MatchAnyStorageClass: ['REDUCED_REDUNDANCY'] } }),
    generated({ Filter: { KeyNameConstraint: { MatchAnyPrefix: ['a', 'b'] } } }),
    generated({ Filter: { KeyNameConstraint: { MatchAnySuffix: [''] } } }),
    generated({ Filter: { MatchAnyObjectEncryption: [{ SSEC: {} }, { NOTSSE: {} }] } }),
    generated({ Filter: { MatchAnyObjectEncryption: [{ SSEKMS: { KmsKeyArn: 'key' } }] } }),
  ];
  for (const input of wrong) {
    const answer = await create(input).then(() => 'accepted', answerOf);
    expect(`${answer} ${JSON.stringify(input)}`).toMatch(/^400 (BadRequestException|MalformedXML) /);
  }
  const tags = Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
  await refused(create({ Tags: tags }), 'TooManyTagsException');
  const { Jobs } = await control.send(new ListJobsCommand({ AccountId: ACCOUNT }));
  expect(Jobs).toEqual([]);
});

it('what is not built is refused by its name', async () => {
  const output = { Bucket: 'arn:aws:s3:::out', ManifestFormat: 'S3InventoryReport_CSV_20211130' as const };
  const unbuilt: [Partial<CreateJobCommandInput>, named: string][] = [
    [
      { Operation: { LambdaInvoke: { FunctionArn: 'arn:aws:lambda:us-east-1:1:function:f' } } },
      'LambdaInvoke',
    ],
    [{ Operation: { S3PutObjectLegalHold: { LegalHold: { Status: 'ON' } } } }, 'S3PutObjectLegalHold'],
    [{ Operation: { S3InitiateRestoreObject: { ExpirationInDays: 1 } } }, 'S3InitiateRestoreObject'],
    [
      { Operation: { S3PutObjectCopy: { TargetResource: 'arn:aws:s3:::t', ObjectLockMode: 'GOVERNANCE' } } },
      'ObjectLockMode',
    ],
    [
      {
        ManifestGenerator: {
          S3JobManifestGenerator: {
            SourceBucket: 'arn:aws:s3:::source',
            EnableManifestOutput: true,
            ManifestOutputLocation: { ...output, ManifestEncryption: { SSEKMS: { KeyId: 'key' } } },
          },
        },
      },
      'SSE-KMS',
    ],
  ];
  for (const [input, named] of unbuilt) {
    await expect(create(input)).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining(named),
      $metadata: { httpStatusCode: 501 },
    });
  }
  await refused(control.send(new ListAccessPointsCommand({ AccountId: ACCOUNT })), 'NotImplemented', 501);
});

it('jobs are listed page by page, the newest first, by status', async () => {
  const made: string[] = [];
  for (let index = 0; index < 5; index += 1) {
    made.unshift(await create({ Description: `job ${index}`, Priority: index }));
    // One millisecond apart at least: that is the order's resolution.
    const since = Date.now();
    while (Date.now() === since) await Promise.resolve();
  }
  const [newest = '', second = ''] = made;
  await move(second, 'Preparing', 'Suspended');
  const page = (input: object, client = control) =>
    client.send(new ListJobsCommand({ AccountId: ACCOUNT, ...input }));
  const all = await page({});
  expect(all.Jobs?.map(({ JobId }) => JobId)).toEqual(made);
  expect(all.NextToken).toBeUndefined();
  expect(all.Jobs?.[0]).toEqual({
    JobId: newest,
    Description: 'job 4',
    Operation: 'S3ReplicateObject',
    Priority: 4,
    Status: 'New',
    CreationTime: expect.any(Date),
    ProgressSummary: {
      TotalNumberOfTasks: 0,
      NumberOfTasksSucceeded: 0,
      NumberOfTasksFailed: 0,
      Timers: { ElapsedTimeInActiveSeconds: 0 },
    },
  });
  const walked: (string | undefined)[] = [];
  let NextToken: string | undefined;
  do {
    const here = await page({ MaxResults: 2, NextToken });
    walked.push(...(here.Jobs ?? []).map(({ JobId }) => JobId));
    ({ NextToken } = here);
  } while (NextToken !== undefined);
  expect(walked).toEqual(made);
  const suspended = await page({ JobStatuses: ['Suspended', 'Failed'] });
  expect(suspended.Jobs?.map(({ JobId }) => JobId)).toEqual([second]);
  expect((await page({ MaxResults: 0 })).Jobs).toHaveLength(5);
  expect((await page({}, server.site.s3control(server.root, 'ap-south-1'))).Jobs).toEqual([]);
  await refused(page({ NextToken: 'what is this' }), 'InvalidNextTokenException');
  await refused(page({ JobStatuses: ['Sleeping'] }), 'InvalidRequestException');
  await refused(page({ MaxResults: 1001 }), 'InvalidRequestException');
});

it('a waiting job is confirmed once; what has ended stays so', async () => {
  const JobId = await create();
  const update = (RequestedJobStatus: string, StatusUpdateReason?: string) =>
    control.send(
      new UpdateJobStatusCommand({
        AccountId: ACCOUNT,
        JobId,
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- wrong on purpose
        RequestedJobStatus: RequestedJobStatus as 'Ready',
        StatusUpdateReason,
      }),
    );
  await refused(update('Ready'), 'JobStatusException');
  await move(JobId, 'Preparing', 'Suspended');
  expect(await describeJob(JobId)).toMatchObject({
    Status: 'Suspended',
    SuspendedCause: 'AWAITING_CONFIRMATION',
    SuspendedDate: expect.any(Date),
  });
  await refused(update('Paused'), 'BadRequestException');
  await refused(update('Ready', 'x'.repeat(257)), 'BadRequestException');
  expect(await update('Ready', 'looks right')).toMatchObject({
    JobId,
    Status: 'Ready',
    StatusUpdateReason: 'looks right',
  });
  const ready = await describeJob(JobId);
  expect(ready).toMatchObject({
    Status: 'Ready',
    StatusUpdateReason: 'looks right',
    SuspendedDate: expect.any(Date),
  });
  expect(ready?.SuspendedCause).toBeUndefined();
  await refused(update('Ready'), 'JobStatusException');
  expect(await update('Cancelled')).toMatchObject({ Status: 'Cancelling' });
  expect(await update('Cancelled')).toMatchObject({ Status: 'Cancelling' });
  await move(JobId, 'Cancelled');
  await refused(update('Cancelled'), 'JobStatusException');
  const priority = { AccountId: ACCOUNT, JobId, Priority: 5 };
  await refused(control.send(new UpdateJobPriorityCommand(priority)), 'BadRequestException');
  const waiting = await create();
  await move(waiting, 'Preparing', 'Suspended');
  expect(
    await control.send(
      new UpdateJobStatusCommand({ AccountId: ACCOUNT, JobId: waiting, RequestedJobStatus: 'Cancelled' }),
    ),
  ).toMatchObject({ Status: 'Cancelled' });
  expect(await describeJob(waiting)).toMatchObject({
    Status: 'Cancelled',
    TerminationDate: expect.any(Date),
  });
});

it('priorities change', async () => {
  const JobId = await create();
  const change = (Priority: number) =>
    control.send(new UpdateJobPriorityCommand({ AccountId: ACCOUNT, JobId, Priority }));
  expect(await change(42)).toMatchObject({ JobId, Priority: 42 });
  expect(await describeJob(JobId)).toMatchObject({ Priority: 42 });
  await refused(change(-1), 'BadRequestException');
  await refused(change(2_147_483_648), 'BadRequestException');
});

it('tags are replaced as a whole', async () => {
  const JobId = await create({ Tags: [{ Key: 'a', Value: '1' }] });
  const job = { AccountId: ACCOUNT, JobId };
  const tags = async () => (await control.send(new GetJobTaggingCommand(job))).Tags;
  const put = (Tags: { Key: string; Value: string }[]) =>
    control.send(new PutJobTaggingCommand({ ...job, Tags }));
  await put([
    { Key: 'b', Value: '2' },
    { Key: 'B', Value: '' },
  ]);
  expect(await tags()).toEqual([
    { Key: 'b', Value: '2' },
    { Key: 'B', Value: '' },
  ]);
  await refused(
    put(Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: '' }))),
    'TooManyTagsException',
  );
  await put([]);
  expect(await tags()).toEqual([]);
  await put([{ Key: 'b', Value: '2' }]);
  await control.send(new DeleteJobTaggingCommand(job));
  expect(await tags()).toEqual([]);
});

it('a job is nobody else’s: not of another account, not of another region', async () => {
  const JobId = await create();
  const stranger = server.site.s3control(server.otherRoot);
  const elsewhere = server.site.s3control(server.root, 'ap-south-1');
  const calls = (AccountId: string, client: S3ControlClient): Promise<unknown>[] => [
    client.send(new DescribeJobCommand({ AccountId, JobId })),
    client.send(new UpdateJobPriorityCommand({ AccountId, JobId, Priority: 9 })),
    client.send(new UpdateJobStatusCommand({ AccountId, JobId, RequestedJobStatus: 'Cancelled' })),
    client.send(new PutJobTaggingCommand({ AccountId, JobId, Tags: [] })),
    client.send(new GetJobTaggingCommand({ AccountId, JobId })),
    client.send(new DeleteJobTaggingCommand({ AccountId, JobId })),
  ];
  await Promise.all(calls(OTHER_ACCOUNT, stranger).map((call) => refused(call, 'NotFoundException')));
  await Promise.all(calls(ACCOUNT, elsewhere).map((call) => refused(call, 'NotFoundException')));
  await Promise.all(calls(ACCOUNT, stranger).map((call) => refused(call, 'AccessDenied', 403)));
  await refused(create({}, stranger), 'AccessDenied', 403);
  await refused(stranger.send(new ListJobsCommand({ AccountId: ACCOUNT })), 'AccessDenied', 403);
  expect((await stranger.send(new ListJobsCommand({ AccountId: OTHER_ACCOUNT }))).Jobs).toEqual([]);
  const nowhere = server.site.s3control(server.root, 'eu-nowhere-1');
  await refused(describeJob(JobId, nowhere), 'AuthorizationHeaderMalformed');
  expect(await describeJob(JobId)).toMatchObject({ Status: 'New', Priority: 1 });
});

it('nobody lends a job a role that they may not pass', async () => {
  await refused(create({}, await asUser('no-role', allow('s3:CreateJob'))), 'AccessDenied', 403);
  const toOthers = allow('iam:PassRole', {
    Condition: { StringEquals: { 'iam:PassedToService': 's3.amazonaws.com' } },
  });
  await refused(
    create({}, await asUser('wrong-service', allow('s3:CreateJob'), toOthers)),
    'AccessDenied',
    403,
  );
  const toBatch = allow('iam:PassRole', {
    Resource: ROLE,
    Condition: { StringEquals: { 'iam:PassedToService': 'batchoperations.s3.amazonaws.com' } },
  });
  const user = await asUser('right', allow('s3:CreateJob'), toBatch);
  expect(await create({}, user)).not.toBe('');
  await refused(create({ RoleArn: `${ROLE}-other` }, user), 'AccessDenied', 403);
  const foreign = create({ RoleArn: ROLE.replace(ACCOUNT, OTHER_ACCOUNT) });
  await expect(foreign).rejects.toMatchObject({
    name: 'AccessDenied',
    message: expect.stringMatching(/cross-account pass role/i),
  });
});

it('tags of a new job take a permission of their own', async () => {
  const Tags = [{ Key: 'team', Value: 'data' }];
  await refused(create({ Tags }, await asUser('untagged', allow('s3:CreateJob'), PASS)), 'AccessDenied', 403);
  const condition = {
    StringEquals: { 'aws:RequestTag/team': 'data' },
    'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] },
  };
  const tagger = await asUser(
    'tagger',
    PASS,
    allow(['s3:CreateJob', 's3:PutJobTagging'], { Condition: condition }),
  );
  expect(await create({ Tags }, tagger)).not.toBe('');
  await refused(create({ Tags: [...Tags, { Key: 'more', Value: '' }] }, tagger), 'AccessDenied', 403);
  await refused(create({}, tagger), 'AccessDenied', 403);
});

it('policies look at what a job is and at what is asked of it', async () => {
  const creator = await asUser(
    'creator',
    PASS,
    allow('s3:CreateJob', {
      Condition: {
        StringEquals: { 's3:RequestJobOperation': 'S3ReplicateObject' },
        NumericLessThanEquals: { 's3:RequestJobPriority': '10' },
      },
    }),
  );
  const JobId = await create({ Priority: 10 }, creator);
  await refused(create({ Priority: 11 }, creator), 'AccessDenied', 403);
  await refused(create({ Operation: { S3DeleteObjectTagging: {} } }, creator), 'AccessDenied', 403);

  const raiser = await asUser(
    'raiser',
    allow('s3:UpdateJobPriority', {
      Condition: {
        NumericLessThanEquals: { 's3:RequestJobPriority': '20', 's3:ExistingJobPriority': '10' },
        StringEquals: { 's3:ExistingJobOperation': 'S3ReplicateObject' },
      },
    }),
  );
  const raise = (Priority: number) =>
    raiser.send(new UpdateJobPriorityCommand({ AccountId: ACCOUNT, JobId, Priority }));
  await refused(raise(21), 'AccessDenied', 403);
  await raise(20);
  await refused(raise(5), 'AccessDenied', 403);

  const confirmer = await asUser(
    'confirmer',
    allow('s3:UpdateJobStatus', {
      Condition: { StringEquals: { 's3:JobSuspendedCause': 'AWAITING_CONFIRMATION' } },
    }),
  );
  const cancel = () =>
    confirmer.send(
      new UpdateJobStatusCommand({ AccountId: ACCOUNT, JobId, RequestedJobStatus: 'Cancelled' }),
    );
  await refused(cancel(), 'AccessDenied', 403);
  await move(JobId, 'Preparing', 'Suspended');
  await cancel();

  const tagged = await create({ Tags: [{ Key: 'team', Value: 'data' }] });
  const reader = await asUser(
    'reader',
    allow('s3:DescribeJob', { Condition: { StringEquals: { 'aws:ResourceTag/team': 'data' } } }),
  );
  expect(await describeJob(tagged, reader)).toMatchObject({ JobId: tagged });
  await refused(describeJob(JobId, reader), 'AccessDenied', 403);
  const one = await asUser(
    'one',
    allow('s3:DescribeJob', { Resource: `arn:aws:s3:us-east-1:${ACCOUNT}:job/${JobId}` }),
  );
  expect(await describeJob(JobId, one)).toMatchObject({ JobId });
  await refused(describeJob(tagged, one), 'AccessDenied', 403);
  await refused(describeJob('00000000-0000-4000-8000-000000000000', one), 'AccessDenied', 403);
});

it('a job that ended 90 days ago is gone', async () => {
  const JobId = await create();
  await move(JobId, 'Preparing', 'Suspended', 'Cancelled');
  const store = server.site.site.site.regions.get('us-east-1')?.store;
  const [row] = (await store?.get([jobs.key(JobId)])) ?? [];
  if (store === undefined || row === undefined) throw new Error('no job');
  const old: JobRow = { ...jobs.decode(row), terminatedAtMs: Date.now() - 90 * 86_400_000 };
  await store.commit({ checks: [jobs.check(row.version, JobId)], writes: [jobs.put(old, JobId)] });
  await refused(describeJob(JobId), 'NotFoundException');
  expect((await control.send(new ListJobsCommand({ AccountId: ACCOUNT }))).Jobs).toEqual([]);
});
