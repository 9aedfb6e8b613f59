import { createHash } from 'node:crypto';
import { isTaskOutcome, REPORT_SCHEMA, type ReportManifest, type ReportResult } from './layout.ts';
import { type ReportRow, ReportRowError, readReportRows } from './read-rows.ts';

/** A report as it lies in its bucket. */
export interface ReportFiles {
  /** `manifest.json`. */
  readonly manifest: Uint8Array;
  /** `manifest.json.md5`. */
  readonly manifestMd5: Uint8Array;
  /** A file that the manifest names, by its whole key. */
  open(key: string): AsyncIterable<Buffer>;
}

/** What DescribeJob says of the job. */
export interface ExpectedReport {
  readonly scope: 'AllTasks' | 'FailedTasksOnly';
  readonly succeeded: number;
  readonly failed: number;
}

export interface CheckedReport {
  readonly succeeded: number;
  readonly failed: number;
  /** Rows that name the same bucket, key and version as one before. Wrong for a generated manifest; a manifest that was
   * handed in may list a version twice. */
  readonly repeated: number;
  /** What is wrong, a sentence each; the first few of a kind. */
  readonly problems: readonly string[];
}

const PROBLEMS_MAX = 100;
/** Bytes of a digest that stand for a row's name: among a hundred million rows two are alike by chance once in 10^12. */
const NAME_BYTES = 12;

/** Compares a report with itself (checksums, form, rows in the file of their outcome, no row twice) and with the job's
 * totals.
 * @param onRow sees every row, to compare it with the buckets. */
export async function checkReport(
  files: ReportFiles,
  expected: ExpectedReport,
  onRow?: (row: ReportRow) => void | Promise<void>,
): Promise<CheckedReport> {
  const problems: string[] = [];
  const note = (problem: string) => {
    if (problems.length < PROBLEMS_MAX) problems.push(problem);
  };
  const manifest = readManifest(files, note);
  const rows = { succeeded: 0, failed: 0 };
  const names = new Set<string>();
  let repeated = 0;
  for (const result of manifest?.Results ?? []) {
    await checkFile(files, result, note, async (row) => {
      rows[row.outcome] += 1;
      const name = nameOf(row);
      if (names.has(name)) repeated += 1;
      names.add(name);
      await onRow?.(row);
    });
  }
  if (manifest !== undefined) compareTotals(rows, expected, note);
  return { ...rows, repeated, problems };
}

type Note = (problem: string) => void;

function readManifest({ manifest, manifestMd5 }: ReportFiles, note: Note): ReportManifest | undefined {
  const md5 = createHash('md5').update(manifest).digest('hex');
  const said = Buffer.from(manifestMd5).toString('latin1').trim();
  if (said !== md5) note(`manifest.json.md5 says ${said}, and manifest.json has the MD5 ${md5}`);
  let read: Partial<ReportManifest>;
  try {
    read = JSON.parse(Buffer.from(manifest).toString('utf8'));
  } catch {
    note('manifest.json is no JSON');
    return undefined;
  }
  const { Format, ReportCreationDate, ReportSchema, Results } = read;
  if (Format !== 'Report_CSV_20180820') note(`the Format is ${Format}`);
  if (ReportSchema !== REPORT_SCHEMA) note(`the ReportSchema is ${ReportSchema}`);
  if (Format === undefined || ReportCreationDate === undefined || ReportSchema === undefined)
    return undefined;
  if (!Array.isArray(Results)) {
    note('manifest.json has no Results');
    return undefined;
  }
  return { Format, ReportCreationDate, ReportSchema, Results };
}

async function checkFile(
  files: ReportFiles,
  result: ReportResult,
  note: Note,
  onRow: (row: ReportRow) => Promise<void>,
): Promise<void> {
  const { Key, MD5Checksum, TaskExecutionStatus } = result;
  if (!isTaskOutcome(TaskExecutionStatus))
    note(`${Key} has the TaskExecutionStatus ${String(TaskExecutionStatus)}`);
  const md5 = createHash('md5');
  async function* hashed() {
    for await (const chunk of files.open(Key)) {
      md5.update(chunk);
      yield chunk;
    }
  }
  try {
    for await (const row of readReportRows(hashed(), Key)) {
      if (row.outcome !== TaskExecutionStatus) note(`${Key} lists ${row.key} as ${row.outcome}`);
      await onRow(row);
    }
  } catch (error) {
    if (!(error instanceof ReportRowError)) throw error;
    note(error.message);
    return;
  }
  const digest = md5.digest('hex');
  if (digest !== MD5Checksum) note(`${Key} has the MD5 ${digest}, and the manifest says ${MD5Checksum}`);
}

function compareTotals(
  rows: { readonly succeeded: number; readonly failed: number },
  expected: ExpectedReport,
  note: Note,
): void {
  const succeeded = expected.scope === 'AllTasks' ? expected.succeeded : 0;
  if (rows.succeeded !== succeeded) {
    note(`${rows.succeeded} rows succeeded, and the job says ${succeeded}`);
  }
  if (rows.failed !== expected.failed)
    note(`${rows.failed} rows failed, and the job says ${expected.failed}`);
}

function nameOf({ bucket, key, versionId }: ReportRow): string {
  const digest = createHash('sha1').update(`${bucket}\n${key}\n${versionId}`).digest();
  return digest.toString('latin1', 0, NAME_BYTES);
}
