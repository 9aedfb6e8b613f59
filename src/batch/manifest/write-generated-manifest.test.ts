import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { JobTask } from '../../store/tables/job-rows.ts';
import { JOB_ID, jobRow } from '../../testing/batch-fixture.ts';
import { openManifestFixture } from '../../testing/manifest-fixture.ts';
import { writeGeneratedManifest } from './write-generated-manifest.ts';

const OUTPUT = {
  bucket: 'arn:aws:s3:::manifests',
  prefix: 'gen',
  format: 'S3InventoryReport_CSV_20211130',
  sseS3: true,
} as const;

async function open() {
  const { s3, context, region, tasksOf } = await openManifestFixture();
  const generator = jobRow({
    source: {
      kind: 'generator',
      sourceBucket: 'arn:aws:s3:::source',
      filter: { eligibleForReplication: true },
      output: OUTPUT,
    },
  });
  const write = (tasks: readonly JobTask[]) =>
    writeGeneratedManifest(context, region, generator, from(tasks));
  const readBack = (written: Awaited<ReturnType<typeof write>>): Promise<JobTask[]> => {
    const { objectArn = '', etag = '', versionId } = written ?? {};
    return tasksOf(
      jobRow({
        source: {
          kind: 'manifest',
          format: 'S3InventoryReport_CSV_20161130',
          objectArn,
          etag,
          ...(versionId === undefined ? {} : { objectVersionId: versionId }),
        },
      }),
    );
  };
  return { s3, write, readBack };
}

async function* from(tasks: readonly JobTask[]) {
  yield* tasks;
}

it('gives back any list of tasks that was stored', async () => {
  const { write, readBack } = await open();
  const task = fc.record({
    key: fc.string({ unit: 'grapheme', minLength: 1 }),
    versionId: fc.constantFrom('null', '3sL4kqtJlcpXroDTDmJrmSpXd3dIbrHY'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(task, { minLength: 1 }), async (tasks) => {
      const read = await readBack(await write(tasks));
      expect(read).toEqual(tasks.map((one) => ({ ...one, bucket: 'source' })));
    }),
    { numRuns: 50 },
  );
});

it('lies where the job asks, as an inventory report would', async () => {
  const { s3, write } = await open();
  const written = await write([
    { key: 'a b', versionId: 'null' },
    { key: 'c', versionId: 'v1' },
  ]);
  const folder = `gen/job-${JOB_ID}`;
  expect(written?.objectArn).toBe(`arn:aws:s3:::manifests/${folder}/manifest.json`);
  const manifest = await s3.read('manifests', `${folder}/manifest.json`);
  expect(written).toMatchObject({ etag: manifest?.version.etag, versionId: manifest?.versionId });
  const document = JSON.parse(manifest?.text ?? '');
  expect(document).toMatchObject({
    sourceBucket: 'source',
    destinationBucket: 'arn:aws:s3:::manifests',
    version: '2021-11-30',
    creationTimestamp: String(s3.site.site.clock.now()),
    fileFormat: 'CSV',
    fileSchema: 'Bucket, Key, VersionId',
  });
  const [{ key, size, MD5checksum }] = document.files;
  expect(key).toMatch(new RegExp(`^${folder}/data/[0-9a-f]{40}\\.csv\\.gz$`));
  const file = await s3.read('manifests', key);
  expect(file?.version).toMatchObject({
    size,
    etag: MD5checksum,
    system: { contentType: 'application/gzip' },
  });
  const checksum = await s3.read('manifests', `${folder}/manifest.checksum`);
  expect(checksum?.text).toBe(manifest?.version.etag);
});

it('goes into as many files as it needs', async () => {
  const { s3, write, readBack } = await open();
  const tasks = Array.from({ length: 250_600 }, (_, number) => ({ key: `key/${number}`, versionId: 'null' }));
  const read = await readBack(await write(tasks));
  expect(read.length).toBe(tasks.length);
  expect(read.at(-1)).toEqual({ ...tasks.at(-1), bucket: 'source' });
  const versions = await s3.versions('manifests');
  expect(versions.filter(({ key }) => key.endsWith('.csv.gz')).length).toBe(2);
});

it('names no versions where no task does: operations on a bucket that was never versioned', async () => {
  const { write, readBack } = await open();
  const tasks = [{ key: 'a' }, { key: 'b,"c"' }];
  expect(await readBack(await write(tasks))).toEqual(tasks.map((task) => ({ ...task, bucket: 'source' })));
});

it('is not written where the job does not ask for it', async () => {
  const { context, region } = await openManifestFixture();
  expect(await writeGeneratedManifest(context, region, jobRow(), from([{ key: 'a' }]))).toBeUndefined();
});
