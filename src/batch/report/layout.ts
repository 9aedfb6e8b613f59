import type { JobReport, JobRow } from '../../store/tables/job-rows.ts';

/** A report that is to be written. */
export type EnabledReport = Extract<JobReport, { enabled: true }>;

/** Constant, and not the order of the columns: rows carry the HTTP status first, at AWS, too
 * (reference: s3-batch-replication 9.3). */
export const REPORT_SCHEMA = 'Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage';

export const TASK_OUTCOMES = ['succeeded', 'failed'] as const;
export type TaskOutcome = (typeof TASK_OUTCOMES)[number];

export function isTaskOutcome(text: string): text is TaskOutcome {
  return text === 'succeeded' || text === 'failed';
}

/** `manifest.json` of a report, with AWS's names. */
export interface ReportManifest {
  readonly Format: string;
  readonly ReportCreationDate: string;
  readonly Results: readonly ReportResult[];
  readonly ReportSchema: string;
}

export interface ReportResult {
  readonly TaskExecutionStatus: TaskOutcome;
  /** The bucket's name. */
  readonly Bucket: string;
  /** 32 hex digits. */
  readonly MD5Checksum: string;
  /** The whole key. */
  readonly Key: string;
}

/** Where everything of a report lies, with a slash at its end. */
export function reportFolder({ prefix }: Pick<EnabledReport, 'prefix'>, jobId: JobRow['jobId']): string {
  const folder = `job-${jobId}/`;
  if (prefix === undefined) return folder;
  return prefix.endsWith('/') ? `${prefix}${folder}` : `${prefix}/${folder}`;
}
