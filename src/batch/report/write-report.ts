import { createHash } from 'node:crypto';
import type { Region } from '../../buckets/region.ts';
import { messageOf } from '../../lib/error-message.ts';
import { bucketOfArn } from '../../replication/configuration/arns.ts';
import { saysUnavailable } from '../../replication/destinations/unavailable.ts';
import type { JobRow } from '../../store/tables/job-rows.ts';
import type { BatchContext } from '../context.ts';
import { JobFailure } from '../job-failure.ts';
import { type ReadChunk, readChunks } from '../read-chunks.ts';
import { RoleObjectError, writeObjectAsRole } from '../role-objects.ts';
import {
  type EnabledReport,
  REPORT_SCHEMA,
  type ReportManifest,
  reportFolder,
  TASK_OUTCOMES,
  type TaskOutcome,
} from './layout.ts';
import { type MeasuredFile, measureFiles } from './measure-files.ts';
import { reportLines } from './rows.ts';

/** When AWS begins another file is not documented; so many lines are some 100 MB. */
const FILE_ROWS_MAX = 1_000_000;
/** A bucket that cannot be written for so long after the tasks ended is taken to be full. */
const UNAVAILABLE_MS_MAX = 5 * 60_000;

/** Writes the completion report of a job whose chunks stand as they are from now on (reference: s3-batch-replication
 * 9). Written twice it is the same, byte by byte. Does nothing where none is wanted.
 * @param region the job's.
 * @throws JobFailure ReportWriteFailed; StoreUnavailableError where it may work later */
export async function writeReport(
  context: BatchContext,
  region: Region,
  job: JobRow,
  rowsMax = FILE_ROWS_MAX,
): Promise<void> {
  if (!job.report.enabled) return;
  const report = new Report(context, region, job, job.report);
  await report.write(rowsMax);
}

class Report {
  readonly #context: BatchContext;
  readonly #region: Region;
  readonly #job: JobRow;
  readonly #wanted: EnabledReport;
  readonly #bucket: string;
  readonly #folder: string;

  constructor(context: BatchContext, region: Region, job: JobRow, wanted: EnabledReport) {
    this.#context = onEventLoop(context);
    this.#region = region;
    this.#job = job;
    this.#wanted = wanted;
    this.#bucket = bucketOfArn(wanted.bucket) ?? wanted.bucket;
    this.#folder = reportFolder(wanted, job.jobId);
  }

  /** The manifest comes last: where it stands, everything that it names does. */
  async write(rowsMax: number): Promise<void> {
    const outcomes: readonly TaskOutcome[] =
      this.#wanted.scope === 'FailedTasksOnly' ? ['failed'] : TASK_OUTCOMES;
    const files = await measureFiles(this.#chunksFrom(0), outcomes, this.#linesOf, rowsMax);
    for (const file of files)
      await this.#put(this.#keyOf(file), 'text/csv', this.#bytesOf(file), file.sizeBytes);
    const manifest = Buffer.from(`${JSON.stringify(this.#manifest(files), undefined, 2)}\n`);
    const md5 = Buffer.from(`${createHash('md5').update(manifest).digest('hex')}\n`);
    const key = `${this.#folder}manifest.json`;
    await this.#put(`${key}.md5`, 'text/plain', [md5], md5.length);
    await this.#put(key, 'application/json', [manifest], manifest.length);
  }

  #manifest(files: readonly MeasuredFile[]): ReportManifest {
    return {
      Format: 'Report_CSV_20180820',
      ReportCreationDate: new Date(this.#job.reportedAtMs ?? this.#job.createdAtMs).toISOString(),
      Results: files.map((file) => ({
        TaskExecutionStatus: file.outcome,
        Bucket: this.#bucket,
        MD5Checksum: file.md5,
        Key: this.#keyOf(file),
      })),
      ReportSchema: REPORT_SCHEMA,
    };
  }

  #keyOf({ sha1 }: MeasuredFile): string {
    return `${this.#folder}results/${sha1}.csv`;
  }

  /** The same lines that were measured, read again: nothing of them was kept. */
  async *#bytesOf({ outcome, begins, rows }: MeasuredFile): AsyncGenerator<Buffer> {
    let skipped = begins.line;
    let left = rows;
    for await (const chunk of this.#chunksFrom(begins.chunk)) {
      const lines = this.#linesOf(chunk, outcome).slice(skipped, skipped + left);
      skipped = 0;
      left -= lines.length;
      if (lines.length > 0) yield Buffer.from(lines.join(''));
      if (left === 0) return;
    }
  }

  #chunksFrom(first: number): AsyncIterable<ReadChunk> {
    return readChunks(this.#region.store, this.#job.jobId, first);
  }

  readonly #linesOf = ({ chunk }: ReadChunk, outcome: TaskOutcome): string[] =>
    reportLines(this.#job, chunk, outcome);

  async #put(
    key: string,
    contentType: string,
    chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
    sizeBytes: number,
  ): Promise<void> {
    const { expectedBucketOwner } = this.#wanted;
    try {
      await writeObjectAsRole(this.#context, this.#job, {
        bucket: this.#bucket,
        key,
        body: { chunks, sizeBytes },
        contentType,
        ...(expectedBucketOwner === undefined ? {} : { expectedBucketOwner }),
      });
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #failure(error: unknown): unknown {
    const said = `The report could not be written to the bucket ${this.#bucket}: ${messageOf(error)}`;
    if (error instanceof RoleObjectError) return new JobFailure('ReportWriteFailed', said, { cause: error });
    if (!saysUnavailable(error)) return error;
    const waitedMs = this.#context.objects.site.clock.now() - (this.#job.reportedAtMs ?? 0);
    return waitedMs < UNAVAILABLE_MS_MAX
      ? error
      : new JobFailure('ReportWriteFailed', said, { cause: error });
  }
}

/** Lines come some KiB a turn: hashed and sealed at once they cost the event loop less than a trip to a thread would, which
 * takes 20 MiB besides. */
function onEventLoop(context: BatchContext): BatchContext {
  const { hashingThreads: _threads, ...objects } = context.objects;
  return { ...context, objects };
}
