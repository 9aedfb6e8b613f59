import { JobFailure } from '../job-failure.ts';
import { readCsv } from '../manifest/csv.ts';
import { isTaskOutcome, type TaskOutcome } from './layout.ts';

/** One line of a report's CSV file. */
export interface ReportRow {
  readonly bucket: string;
  /** Percent-encoded, as in the manifest. */
  readonly key: string;
  /** `null`, or empty where the manifest named none. */
  readonly versionId: string;
  readonly outcome: TaskOutcome;
  readonly httpStatus: number;
  /** Empty on success. */
  readonly code: string;
  readonly message: string;
}

const COLUMNS = 7;

/** Thrown for a line that no report has. */
export class ReportRowError extends Error {
  override readonly name = 'ReportRowError';
}

/** The rows of a file as they come in.
 * @param file names it in messages.
 * @throws ReportRowError */
export async function* readReportRows(
  chunks: AsyncIterable<Buffer>,
  file: string,
): AsyncGenerator<ReportRow> {
  try {
    for await (const rows of readCsv(chunks, file)) {
      for (const { line, fields } of rows) yield rowOf(fields, `${file}, line ${line}`);
    }
  } catch (error) {
    throw error instanceof JobFailure ? new ReportRowError(error.message, { cause: error }) : error;
  }
}

function rowOf(fields: readonly string[], place: string): ReportRow {
  const [bucket = '', key = '', versionId = '', outcome = '', httpStatus = '', code = '', message = ''] =
    fields;
  if (fields.length !== COLUMNS)
    throw new ReportRowError(`${place}: ${fields.length} columns and not ${COLUMNS}`);
  if (!isTaskOutcome(outcome)) throw new ReportRowError(`${place}: unknown status ${outcome}`);
  if (!/^\d{3}$/.test(httpStatus)) throw new ReportRowError(`${place}: no HTTP status: ${httpStatus}`);
  return { bucket, key, versionId, outcome, httpStatus: Number(httpStatus), code, message };
}
