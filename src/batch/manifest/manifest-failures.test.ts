import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { putBucketPolicy } from '../../buckets/bucket-policy.ts';
import { deleteInlinePolicy } from '../../identity/inline-policies.ts';
import { deleteRole, updateTrustPolicy } from '../../identity/roles.ts';
import { putObject } from '../../objects/put-object.ts';
import type { JobRow, JobSource } from '../../store/tables/job-rows.ts';
import { BATCH_ROLE, BATCH_TRUST, jobRow, setBatchRolePolicy } from '../../testing/batch-fixture.ts';
import { openManifestFixture } from '../../testing/manifest-fixture.ts';
import { ACCOUNT, OTHER_ACCOUNT, ruleTo, TRUST } from '../../testing/replication-fixture.ts';
import type { JobFailureCode } from '../job-failure.ts';
import { writeGeneratedManifest } from './write-generated-manifest.ts';

type Fixture = Awaited<ReturnType<typeof openManifestFixture>>;
type Given = Extract<JobSource, { kind: 'manifest' }>;
type Generator = Extract<JobSource, { kind: 'generator' }>;

let fixture: Fixture;
beforeEach(async () => {
  fixture = await openManifestFixture();
});

const ALL = { Effect: 'Allow', Action: 's3:*', Resource: '*' };
const deny = (Action: string) => [ALL, { Effect: 'Deny', Action, Resource: '*' }];

/** A job whose manifest has been stored, and then what the test does to it. */
async function givenJob(text: string, more: Partial<Given> = {}): Promise<JobRow> {
  const { s3 } = fixture;
  const versionId = await s3.put('manifests', 'in/list', text);
  const etag = (await s3.read('manifests', 'in/list'))?.version.etag ?? '';
  return jobRow({
    source: {
      kind: 'manifest',
      format: 'S3BatchOperations_CSV_20180820',
      fields: ['Bucket', 'Key'],
      objectArn: 'arn:aws:s3:::manifests/in/list',
      objectVersionId: versionId,
      etag,
      ...more,
    },
  });
}

function generatorJob(more: Partial<Generator> = {}, job: Partial<JobRow> = {}): JobRow {
  return jobRow({
    source: {
      kind: 'generator',
      sourceBucket: 'arn:aws:s3:::source',
      filter: { eligibleForReplication: true },
      ...more,
    },
    ...job,
  });
}

function withSource(job: JobRow, more: Partial<Given>): JobRow {
  return { ...job, source: { ...job.source, ...more } as Given };
}

/** What reading the job's manifest throws. */
function failureOf(job: JobRow): Promise<unknown> {
  return fixture.tasksOf(job).then(
    () => undefined,
    (error: unknown) => error,
  );
}

function failure(code: JobFailureCode, message: RegExp) {
  return { name: 'JobFailure', code, message: expect.stringMatching(message) as string };
}

describe('a CSV that is malformed fails its job', () => {
  it.each<[string, readonly string[] | undefined, string, RegExp]>([
    ['no fields at all', undefined, 'source,a\n', /fields are missing.*: Bucket, Key\.$/],
    ['no Key in the fields', ['Bucket', 'VersionId'], 'source,v\n', /fields are missing.*: Key\.$/],
    ['a field named twice', ['Bucket', 'Key', 'Key'], 'source,a,b\n', /names Key twice/],
    ['no row', ['Bucket', 'Key'], '', /names no object/],
    [
      'a header with other columns',
      ['Bucket', 'Key', 'VersionId'],
      'source,a\n',
      /line 1: 2 columns where the schema has 3/,
    ],
    [
      'rows that differ',
      ['Bucket', 'Key'],
      'source,a\nsource,b,v\n',
      /^manifests\/in\/list, line 2: 3 columns where/,
    ],
    ['an empty row', ['Bucket', 'Key'], 'source,a\n\nsource,b\n', /line 2: 1 columns/],
    ['an empty bucket', ['Bucket', 'Key'], ',a\n', /line 1: the Bucket is empty/],
    ['an empty key', ['Bucket', 'Key'], 'source,\n', /line 1: the Key is empty/],
    [
      'a key that is not encoded',
      ['Bucket', 'Key'],
      'source,a\nsource,100%\n',
      /line 2: the key "100%" is not URL-encoded/,
    ],
    ['a byte order mark', ['Bucket', 'Key'], '\u{feff}source,a\n', /byte order mark/],
  ])('%s', async (_, fields, text, message) => {
    const job = await givenJob(text);
    const { fields: _default, ...source } = job.source as Given;
    const changed = { ...job, source: fields === undefined ? source : { ...source, fields } };
    expect(await failureOf(changed)).toMatchObject(failure('InvalidManifestContent', message));
  });
});

describe('a CSV is read', () => {
  it('with encoded keys, the null version, an empty version and columns to ignore', async () => {
    const text = 'x,source,a,v1\ny,source,b%20c%2Bd,null\nz,source,b+c,\n';
    const tasks = await fixture.readCsv(text, ['Ignore', 'Bucket', 'Key', 'VersionId']);
    expect(tasks).toEqual([
      { bucket: 'source', key: 'a', versionId: 'v1' },
      { bucket: 'source', key: 'b c+d', versionId: 'null' },
      { bucket: 'source', key: 'b c', encodedKey: 'b+c', versionId: '' },
    ]);
  });

  it('of any region and account that lets the role read it, its ETag quoted or not', async () => {
    const { s3, site } = fixture;
    await s3.bucket('afar', { region: 'ap-south-1', owner: OTHER_ACCOUNT, versioned: false });
    await s3.put('afar', 'list', 'source,a\n');
    const etag = (await s3.read('afar', 'list'))?.version.etag ?? '';
    const { objectVersionId: _, ...source } = (await givenJob('')).source as Given;
    const job = jobRow({ source: { ...source, objectArn: 'arn:aws:s3:::afar/list', etag: `"${etag}"` } });
    expect(await failureOf(job)).toMatchObject(
      failure('ManifestAccessDenied', /s3:GetObject on afar\/list is not allowed to/),
    );
    const policy = {
      Effect: 'Allow',
      Principal: { AWS: BATCH_ROLE },
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::afar/*',
    };
    await putBucketPolicy(
      site.buckets,
      await site.buckets.require('afar'),
      JSON.stringify({ Version: '2012-10-17', Statement: [policy] }),
      {},
    );
    expect(await fixture.tasksOf(job)).toEqual([{ bucket: 'source', key: 'a' }]);
  });
});

describe('a manifest that cannot be read fails its job', () => {
  it('is another object by now', async () => {
    const job = await givenJob('source,a\n', { etag: '60e460c9d1046e73f7dde5043ac3ae85' });
    expect(await failureOf(job)).toMatchObject(
      failure('ManifestETagMismatch', /is [0-9a-f]{32}, not 60e460c9d1046e73f7dde5043ac3ae85/),
    );
  });

  it('was removed', async () => {
    const { s3 } = fixture;
    const job = await givenJob('source,a\n');
    expect(await failureOf(withSource(job, { objectVersionId: 'no-such-version' }))).toMatchObject(
      failure('ManifestNotFound', /InvalidArgument/),
    );
    await s3.remove('manifests', 'in/list');
    const { objectVersionId, ...newest } = job.source as Given;
    expect(await failureOf({ ...job, source: newest })).toMatchObject(
      failure('ManifestNotFound', /manifests\/in\/list: NoSuchKey/),
    );
    await s3.remove('manifests', 'in/list', objectVersionId);
    expect(await failureOf(job)).toMatchObject(failure('ManifestNotFound', /NoSuchVersion/));
    expect(await failureOf(withSource(job, { objectArn: 'arn:aws:s3:::nowhere/list' }))).toMatchObject(
      failure('ManifestNotFound', /the bucket nowhere/),
    );
    expect(await failureOf(withSource(job, { objectArn: 'arn:aws:s3:::manifests' }))).toMatchObject(
      failure('ManifestNotFound', /not the ARN/),
    );
  });

  it('is a delete marker, or archived', async () => {
    const { s3, site } = fixture;
    const job = await givenJob('source,a\n');
    const marker = await s3.remove('manifests', 'in/list');
    expect(await failureOf(withSource(job, { objectVersionId: marker ?? '' }))).toMatchObject(
      failure('ManifestNotFound', /MethodNotAllowed/),
    );
    const { version } = await putObject(site.objects, await site.buckets.require('manifests'), {
      key: 'cold',
      storageClass: 'GLACIER',
      body: { chunks: [Buffer.from('source,a\n')] },
    });
    const archived = { objectArn: 'arn:aws:s3:::manifests/cold', objectVersionId: version.versionId };
    expect(await failureOf(withSource(job, archived))).toMatchObject(
      failure('ManifestAccessDenied', /restored first/),
    );
  });

  it('may not be read: a version needs s3:GetObjectVersion, the newest one s3:GetObject', async () => {
    const job = await givenJob('source,a\n');
    const { objectVersionId: _, ...newest } = job.source as Given;
    await setBatchRolePolicy(fixture.site, deny('s3:GetObjectVersion'));
    expect(await failureOf(job)).toMatchObject(
      failure('ManifestAccessDenied', /s3:GetObjectVersion on manifests\/in\/list is not allowed to/),
    );
    expect(await fixture.tasksOf({ ...job, source: newest })).toHaveLength(1);
    await setBatchRolePolicy(fixture.site, deny('s3:GetObject'));
    expect(await failureOf({ ...job, source: newest })).toMatchObject(
      failure('ManifestAccessDenied', /s3:GetObject on/),
    );
    expect(await fixture.tasksOf(job)).toHaveLength(1);
  });

  it('whose role trusts somebody else, or is gone', async () => {
    const { identity } = fixture.site;
    const jobs = [await givenJob('source,a\n'), generatorJob()];
    await updateTrustPolicy(identity, ACCOUNT, 'batch', TRUST);
    for (const job of jobs)
      expect(await failureOf(job)).toMatchObject(failure('RoleNotAssumable', /batchoperations|trust/));
    await updateTrustPolicy(identity, ACCOUNT, 'batch', BATCH_TRUST);
    await deleteInlinePolicy(identity, 'role', ACCOUNT, 'batch', 'batch');
    await deleteRole(identity, ACCOUNT, 'batch');
    for (const job of jobs)
      expect(await failureOf(job)).toMatchObject(failure('RoleNotAssumable', /does not exist/));
  });
});

describe('an inventory report', () => {
  const rows = '"source","a%2Bb","v1","3","true"\n"source","c+d","null","4","false"\n';
  const gzipped = gzipSync(rows);
  const document = {
    sourceBucket: 'source',
    destinationBucket: 'arn:aws:s3:::manifests',
    version: '2016-11-30',
    creationTimestamp: '1514944800000',
    fileFormat: 'CSV',
    fileSchema: 'Bucket, Key, VersionId, Size, IsLatest',
    files: [
      {
        key: 'data/1.csv.gz',
        size: gzipped.length,
        MD5checksum: createHash('md5').update(gzipped).digest('hex'),
      },
    ],
  };

  async function store(manifest: string | object, file: Buffer = gzipped): Promise<JobRow> {
    const { s3, site } = fixture;
    await putObject(site.objects, await site.buckets.require('manifests'), {
      key: 'data/1.csv.gz',
      body: { chunks: [file] },
    });
    const text = typeof manifest === 'string' ? manifest : JSON.stringify(manifest);
    await s3.put('manifests', 'manifest.json', text);
    const etag = (await s3.read('manifests', 'manifest.json'))?.version.etag ?? '';
    return jobRow({
      source: {
        kind: 'manifest',
        format: 'S3InventoryReport_CSV_20161130',
        objectArn: 'arn:aws:s3:::manifests/manifest.json',
        etag,
      },
    });
  }

  it('is read by its own schema', async () => {
    expect(await fixture.tasksOf(await store(document))).toEqual([
      { bucket: 'source', key: 'a+b', versionId: 'v1' },
      { bucket: 'source', key: 'c d', encodedKey: 'c+d', versionId: 'null' },
    ]);
  });

  const [file] = document.files;
  it.each<[string, string | object, RegExp]>([
    ['is no JSON', 'Bucket,Key\n', /is not JSON/],
    ['is a list', '[]', /is not a JSON object/],
    ['is ORC', { ...document, fileFormat: 'ORC' }, /fileFormat, which has to be CSV/],
    ['is of another version', { ...document, version: '2015-01-01' }, /: version\.$/],
    ['has no schema', { ...document, fileSchema: undefined }, /fileSchema/],
    ['has no keys', { ...document, fileSchema: 'Bucket, Size' }, /fields are missing.*: Key/],
    [
      'has other columns',
      { ...document, fileSchema: 'Bucket, Key' },
      /data\/1\.csv\.gz, line 1: 5 columns where/,
    ],
    ['has no bucket', { ...document, destinationBucket: 'manifests' }, /destinationBucket/],
    ['has no files', { ...document, files: undefined }, /: files\.$/],
    ['has an empty list of files', { ...document, files: [] }, /names no object/],
    ['has a file without a key', { ...document, files: [{ ...file, key: 1 }] }, /files\[0\]\.key/],
    [
      'has a file without a digest',
      { ...document, files: [{ ...file, MD5checksum: 'x' }] },
      /files\[0\]\.MD5checksum/,
    ],
    [
      'has a file of another size',
      { ...document, files: [{ ...file, size: 1 }] },
      /bytes where its manifest says 1/,
    ],
    [
      'has a file with another digest',
      { ...document, files: [{ ...file, MD5checksum: '0'.repeat(32) }] },
      /has the MD5 [0-9a-f]{32} where/,
    ],
  ])('that %s fails its job', async (_, manifest, message) => {
    expect(await failureOf(await store(manifest))).toMatchObject(failure('InvalidManifestContent', message));
  });

  it('whose file is missing or damaged fails its job', async () => {
    const gone = { ...document, files: [{ ...file, key: 'data/2.csv.gz' }] };
    expect(await failureOf(await store(gone))).toMatchObject(
      failure('ManifestNotFound', /data\/2\.csv\.gz: NoSuchKey/),
    );
    const short = gzipped.subarray(0, -6);
    const cut = { ...document, files: [{ ...file, size: short.length }] };
    expect(await failureOf(await store(cut, short))).toMatchObject(
      failure('InvalidManifestContent', /not a whole gzip file/),
    );
    const plain = { ...document, files: [{ ...file, size: rows.length }] };
    expect(await failureOf(await store(plain, Buffer.from(rows)))).toMatchObject(
      failure('InvalidManifestContent', /not a whole gzip file/),
    );
  });
});

describe('a manifest that cannot be generated fails its job', () => {
  beforeEach(async () => {
    await fixture.s3.put('source', 'a');
    await fixture.s3.replicate('source', ruleTo('destination'));
  });

  it.each<[string, Partial<Generator>, Partial<JobRow>, JobFailureCode, RegExp]>([
    [
      'of no bucket',
      { sourceBucket: 'arn:aws:s3:::nowhere' },
      {},
      'SrcBucketNotFound',
      /nowhere does not exist/,
    ],
    [
      'of another region',
      { sourceBucket: 'arn:aws:s3:::afar' },
      {},
      'SrcBucketInvalidRegion',
      /in ap-south-1, the job in us-east-1/,
    ],
    [
      'of another account',
      { sourceBucket: 'arn:aws:s3:::others' },
      {},
      'ManifestAccessDenied',
      /not of the account/,
    ],
    [
      'of another owner than expected',
      { expectedBucketOwner: OTHER_ACCOUNT },
      {},
      'ExpectedBucketOwnerMismatch',
      /not owned by/,
    ],
    [
      'without replication',
      { sourceBucket: 'arn:aws:s3:::destination' },
      {},
      'ReplicationConfigurationMissing',
      /no replication/,
    ],
    [
      'of nothing that matches',
      { filter: { eligibleForReplication: true, replicationStatuses: ['FAILED'] } },
      {},
      'ManifestGenerationNoKeys',
      /no keys matching/,
    ],
    [
      'of an empty range of sizes',
      { filter: { sizeGreaterThanBytes: 5, sizeLessThanBytes: 5 } },
      {},
      'ManifestGenerationNoKeys',
      /no keys matching/,
    ],
  ])('%s', async (_, source, job, code, message) => {
    await fixture.s3.bucket('afar', { region: 'ap-south-1' });
    await fixture.s3.bucket('others', { owner: OTHER_ACCOUNT });
    expect(await failureOf(generatorJob(source, job))).toMatchObject(failure(code, message));
  });

  it('where every rule is disabled', async () => {
    await fixture.s3.replicate('source', ruleTo('destination', { Status: 'Disabled' }));
    expect(await failureOf(generatorJob())).toMatchObject(
      failure('ManifestGenerationNoKeys', /no keys matching/),
    );
  });

  it.each(['s3:GetReplicationConfiguration', 's3:PutInventoryConfiguration'])(
    'without %s',
    async (action) => {
      await setBatchRolePolicy(fixture.site, deny(action));
      expect(await failureOf(generatorJob())).toMatchObject(
        failure('ManifestAccessDenied', new RegExp(`may not ${action} on source`)),
      );
    },
  );

  it('and not for want of replication where the operation is another', async () => {
    await setBatchRolePolicy(fixture.site, deny('s3:GetReplicationConfiguration'));
    await fixture.s3.put('destination', 'a');
    const source = { sourceBucket: 'arn:aws:s3:::destination', filter: {} };
    expect(
      await fixture.tasksOf(generatorJob(source, { operation: { name: 'S3DeleteObjectTagging' } })),
    ).toHaveLength(1);
  });
});

describe('a generated manifest that cannot be stored fails its job', () => {
  const output = {
    bucket: 'arn:aws:s3:::manifests',
    format: 'S3InventoryReport_CSV_20211130',
    sseS3: true,
  } as const;
  const write = (more: Partial<Generator['output']>) => {
    async function* tasks() {
      yield { key: 'a', versionId: 'null' };
    }
    const job = generatorJob({ output: { ...output, ...more } });
    return writeGeneratedManifest(fixture.context, fixture.region, job, tasks());
  };

  it.each<[string, Partial<Generator['output']>, JobFailureCode, RegExp]>([
    [
      'in no bucket',
      { bucket: 'arn:aws:s3:::nowhere' },
      'ManifestWriteFailed',
      /the bucket nowhere does not exist/,
    ],
    [
      'in another region',
      { bucket: 'arn:aws:s3:::afar' },
      'ManifestWriteFailed',
      /in ap-south-1, the job in us-east-1/,
    ],
    [
      'in another account',
      { bucket: 'arn:aws:s3:::others' },
      'ManifestWriteFailed',
      /s3:PutObject on others/,
    ],
    [
      'with another owner than expected',
      { expectedBucketOwner: OTHER_ACCOUNT },
      'ExpectedBucketOwnerMismatch',
      /not owned by/,
    ],
    ['under too long a key', { prefix: 'p'.repeat(1000) }, 'ManifestWriteFailed', /KeyTooLongError/],
  ])('%s', async (_, more, code, message) => {
    await fixture.s3.bucket('afar', { region: 'ap-south-1' });
    await fixture.s3.bucket('others', { owner: OTHER_ACCOUNT });
    await expect(write(more)).rejects.toMatchObject({ name: 'JobFailure', code });
    await expect(write(more)).rejects.toThrow(message);
  });

  it('where the role may not write', async () => {
    await setBatchRolePolicy(fixture.site, deny('s3:PutObject'));
    await expect(write({})).rejects.toMatchObject({ code: 'ManifestWriteFailed' });
  });
});
