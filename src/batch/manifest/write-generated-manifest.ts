import { createHash } from 'node:crypto';
import type { Region } from '../../buckets/region.ts';
import { bucketOfArn } from '../../replication/configuration/arns.ts';
import type { JobRow, JobTask, ManifestOutput } from '../../store/tables/job-rows.ts';
import type { BatchContext } from '../context.ts';
import { JobFailure } from '../job-failure.ts';
import { RoleObjectError, type WrittenAsRole, writeObjectAsRole } from '../role-objects.ts';
import type { InventoryFile } from './inventory-manifest.ts';
import { GENERATED_FILE_BYTES_MAX, GENERATED_FILE_ROWS_MAX } from './limits.ts';
import { ManifestFile } from './manifest-file.ts';
import { encodeManifestKey } from './manifest-key.ts';

const VERSION = '2021-11-30';
/** Rows that are handed to the compressor at once. */
const ROWS_WRITTEN_AT_ONCE = 512;

interface Output {
  readonly context: BatchContext;
  readonly job: JobRow;
  readonly sourceBucket: string;
  readonly bucket: string;
  /** Where the keys of all files begin. */
  readonly folder: string;
  readonly expectedBucketOwner?: string;
}

interface WrittenList {
  readonly files: InventoryFile[];
  readonly columns: string[];
}

/** Stores the list of a job that generated it, in the layout of an inventory report, so that another job can be given it
 * (reference: s3-batch-replication 4.4). Undefined where the job does not ask for it. What it holds in memory is one
 * data file.
 * @throws JobFailure ManifestWriteFailed, ExpectedBucketOwnerMismatch, RoleNotAssumable */
export async function writeGeneratedManifest(
  context: BatchContext,
  region: Region,
  job: JobRow,
  tasks: AsyncIterable<JobTask>,
): Promise<JobRow['generatedManifest']> {
  if (job.source.kind !== 'generator' || job.source.output === undefined) return undefined;
  const output = await openOutput(context, region, job, job.source.sourceBucket, job.source.output);
  const list: WrittenList = { files: [], columns: ['Bucket', 'Key'] };
  await writeList(output, tasks, list);
  const manifest = Buffer.from(JSON.stringify(document(output, list)));
  const md5 = createHash('md5').update(manifest).digest('hex');
  const key = `${output.folder}/manifest.json`;
  const written = await write(output, key, [manifest], 'application/json');
  await write(output, `${output.folder}/manifest.checksum`, [Buffer.from(md5)], 'text/plain');
  return { objectArn: `arn:aws:s3:::${output.bucket}/${key}`, ...written };
}

async function openOutput(
  context: BatchContext,
  region: Region,
  job: JobRow,
  sourceArn: string,
  { bucket: arn, prefix = '', expectedBucketOwner }: ManifestOutput,
): Promise<Output> {
  const name = bucketOfArn(arn) ?? arn;
  const bucket = await context.objects.buckets.find(name);
  if (bucket !== undefined && bucket.region.name !== region.name) {
    throw new JobFailure(
      'ManifestWriteFailed',
      `The generated manifest cannot be written: the bucket ${name} is in ${bucket.region.name}, the job in ${region.name}.`,
    );
  }
  return {
    context,
    job,
    sourceBucket: bucketOfArn(sourceArn) ?? sourceArn,
    bucket: name,
    folder: `${prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`}job-${job.jobId}`,
    ...(expectedBucketOwner === undefined ? {} : { expectedBucketOwner }),
  };
}

function document(output: Output, { files, columns }: WrittenList) {
  return {
    sourceBucket: output.sourceBucket,
    destinationBucket: `arn:aws:s3:::${output.bucket}`,
    version: VERSION,
    creationTimestamp: String(output.context.objects.site.clock.now()),
    fileFormat: 'CSV',
    fileSchema: columns.join(', '),
    files: files.map(({ key, size, md5 }) => ({ key, size, MD5checksum: md5 })),
  };
}

/** Versions are named by all tasks or by none. */
async function writeList(output: Output, tasks: AsyncIterable<JobTask>, list: WrittenList): Promise<void> {
  let file = new ManifestFile();
  try {
    let rows: string[] = [];
    for await (const task of tasks) {
      if (list.columns.length === 2 && task.versionId !== undefined) list.columns.push('VersionId');
      rows.push(rowOf(task, output.sourceBucket));
      if (rows.length < ROWS_WRITTEN_AT_ONCE) continue;
      await file.write(rows);
      rows = [];
      if (file.rows < GENERATED_FILE_ROWS_MAX && file.size < GENERATED_FILE_BYTES_MAX) continue;
      list.files.push(await storeFile(output, file));
      file = new ManifestFile();
    }
    if (rows.length > 0) await file.write(rows);
    if (file.rows > 0) list.files.push(await storeFile(output, file));
  } finally {
    file.abandon();
  }
}

/** The name is a digest of the content: a job that begins anew writes the same files again. */
async function storeFile(output: Output, file: ManifestFile): Promise<InventoryFile> {
  const { gzipped, size, md5, sha1 } = await file.finish();
  const key = `${output.folder}/data/${sha1}.csv.gz`;
  await write(output, key, gzipped, 'application/gzip');
  return { key, size, md5 };
}

/** Every field quoted; none holds a quote, as keys are encoded. */
function rowOf({ bucket, key, encodedKey, versionId }: JobTask, sourceBucket: string): string {
  const fields = [bucket ?? sourceBucket, encodedKey ?? encodeManifestKey(key)];
  if (versionId !== undefined) fields.push(versionId);
  return `"${fields.join('","')}"\n`;
}

async function write(
  { context, job, bucket, expectedBucketOwner }: Output,
  key: string,
  chunks: readonly Buffer[],
  contentType: string,
): Promise<WrittenAsRole> {
  const sizeBytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  try {
    return await writeObjectAsRole(context, job, {
      bucket,
      key,
      body: { chunks, sizeBytes },
      contentType,
      ...(expectedBucketOwner === undefined ? {} : { expectedBucketOwner }),
    });
  } catch (error) {
    throw error instanceof RoleObjectError ? writingFailure(error) : error;
  }
}

function writingFailure(error: RoleObjectError): JobFailure {
  const code =
    error.kind === 'owner-mismatch'
      ? 'ExpectedBucketOwnerMismatch'
      : error.kind === 'role-not-assumable'
        ? 'RoleNotAssumable'
        : 'ManifestWriteFailed';
  return new JobFailure(code, `The generated manifest cannot be written: ${error.message}.`, {
    cause: error,
  });
}
