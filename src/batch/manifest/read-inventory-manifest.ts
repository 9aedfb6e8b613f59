import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { JobRow, JobTask } from '../../store/tables/job-rows.ts';
import type { BatchContext } from '../context.ts';
import { JobFailure } from '../job-failure.ts';
import { readCsv } from './csv.ts';
import { type InventoryFile, type InventoryManifest, parseInventoryManifest } from './inventory-manifest.ts';
import { MANIFEST_JSON_BYTES_MAX } from './limits.ts';
import { type GivenSource, type OpenManifest, openFile, openManifest } from './open-manifest.ts';
import { taskOfRow } from './task-columns.ts';

/** A manifest of format S3InventoryReport_CSV_20161130, or one that a job has generated: manifest.json names the data
 * files, each a gzipped CSV. A file's digest is known at its end; until a manifest is read to its end, none of its
 * tasks runs.
 * @throws JobFailure */
export async function* readInventoryManifest(
  context: BatchContext,
  job: JobRow,
  source: GivenSource,
): AsyncGenerator<readonly JobTask[], void, undefined> {
  const opened = await openManifest(context, job, source);
  const manifest = parseInventoryManifest(await wholeText(opened), opened.name);
  for (const file of manifest.files) yield* readDataFile(context, job, manifest, file);
}

async function* readDataFile(
  context: BatchContext,
  job: JobRow,
  { bucket, columns }: InventoryManifest,
  file: InventoryFile,
): AsyncGenerator<readonly JobTask[], void, undefined> {
  const opened = await openFile(context, job, { bucket, key: file.key });
  if (opened.size !== file.size) {
    throw invalid(opened, `has ${opened.size} bytes where its manifest says ${file.size}`);
  }
  const md5 = createHash('md5');
  for await (const rows of readCsv(gunzip(opened, hashed(opened.stream, md5)), opened.name)) {
    yield rows.map((row) => taskOfRow(columns, row, opened.name));
  }
  const digest = md5.digest('hex');
  if (digest !== file.md5) throw invalid(opened, `has the MD5 ${digest} where its manifest says ${file.md5}`);
}

async function* hashed(
  stream: AsyncIterable<Buffer>,
  hash: { update(chunk: Buffer): unknown },
): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of stream) {
    hash.update(chunk);
    yield chunk;
  }
}

async function* gunzip(
  opened: OpenManifest,
  stream: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
  const source = Readable.from(stream, { objectMode: false });
  const plain = createGunzip();
  // What the stored object fails with must not be taken for a fault of the manifest.
  let sourceFailure: unknown;
  source.on('error', (error) => {
    sourceFailure = error;
    plain.destroy(error);
  });
  source.pipe(plain);
  try {
    yield* plain;
  } catch (error) {
    if (sourceFailure !== undefined) throw sourceFailure;
    if (isOfZlib(error)) throw invalid(opened, 'is not a whole gzip file', error);
    throw error;
  } finally {
    source.destroy();
    plain.destroy();
  }
}

function isOfZlib(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(Z_|ERR_TRAILING_JUNK)/.test(String(error.code));
}

async function wholeText(opened: OpenManifest): Promise<string> {
  if (opened.size > MANIFEST_JSON_BYTES_MAX) {
    throw invalid(opened, `has ${opened.size} bytes; at most ${MANIFEST_JSON_BYTES_MAX} are read`);
  }
  const chunks: Buffer[] = [];
  for await (const chunk of opened.stream) chunks.push(chunk);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    throw invalid(opened, 'is not UTF-8', error);
  }
}

function invalid({ name }: OpenManifest, reason: string, cause?: unknown): JobFailure {
  return new JobFailure('InvalidManifestContent', `${name} ${reason}.`, { cause });
}
