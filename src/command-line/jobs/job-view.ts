import type { JobDescriptor, JobListDescriptor, JobStatus } from '@aws-sdk/client-s3-control';

/** A job as the commands show it, from DescribeJob or, with less, from ListJobs. */
export interface JobView {
  readonly id: string;
  readonly status: JobStatus;
  readonly operation: string;
  /** Source of a generated manifest; undefined where the manifest was handed in. */
  readonly bucket?: string;
  /** `s3://` of a manifest that was handed in. */
  readonly manifest?: string;
  readonly description?: string;
  readonly priority: number;
  /** Undefined until the manifest is whole. */
  readonly total?: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly activeSeconds: number;
  readonly created: Date;
  readonly ended?: Date;
  readonly role?: string;
  readonly report?: ReportPlace;
  readonly updateReason?: string;
  readonly failures: readonly { readonly code: string; readonly reason: string }[];
}

export interface ReportPlace {
  readonly bucket: string;
  readonly prefix?: string;
  readonly scope: 'AllTasks' | 'FailedTasksOnly';
}

/** One state that the job entered. */
export interface JobState {
  readonly status: JobStatus;
  readonly at: Date;
  readonly cause?: string;
}

const TERMINAL: ReadonlySet<JobStatus> = new Set(['Complete', 'Cancelled', 'Failed']);

export function hasEnded({ status }: Pick<JobView, 'status'>): boolean {
  return TERMINAL.has(status);
}

export function viewOfListed(job: JobListDescriptor): JobView {
  return { ...common(job), operation: job.Operation ?? '', failures: [] };
}

export function viewOfDescribed(job: JobDescriptor): JobView {
  const { Manifest, ManifestGenerator, Report, RoleArn, StatusUpdateReason, FailureReasons } = job;
  const bucket = ManifestGenerator?.S3JobManifestGenerator?.SourceBucket;
  const manifest = Manifest?.Location?.ObjectArn;
  return {
    ...common(job),
    operation: Object.keys(job.Operation ?? {})[0] ?? '',
    ...(bucket !== undefined && { bucket: withoutArn(bucket) }),
    ...(manifest !== undefined && { manifest: `s3://${withoutArn(manifest)}` }),
    ...(RoleArn !== undefined && { role: RoleArn }),
    ...(Report?.Enabled === true && {
      report: {
        bucket: withoutArn(Report.Bucket ?? ''),
        scope: Report.ReportScope ?? 'AllTasks',
        ...(Report.Prefix !== undefined && { prefix: Report.Prefix }),
      },
    }),
    ...(StatusUpdateReason !== undefined && { updateReason: StatusUpdateReason }),
    failures: (FailureReasons ?? []).map(({ FailureCode, FailureReason }) => ({
      code: FailureCode ?? '',
      reason: FailureReason ?? '',
    })),
  };
}

function common(job: JobDescriptor | JobListDescriptor) {
  const { TotalNumberOfTasks: total = 0, ...progress } = job.ProgressSummary ?? {};
  const status = job.Status ?? 'New';
  const { Description: description, TerminationDate: ended } = job;
  return {
    id: job.JobId ?? '',
    status,
    priority: job.Priority ?? 0,
    ...(description !== undefined && { description }),
    // The API says 0 until the manifest is whole, and no job runs on none.
    ...(total > 0 && { total }),
    succeeded: progress.NumberOfTasksSucceeded ?? 0,
    failed: progress.NumberOfTasksFailed ?? 0,
    activeSeconds: progress.Timers?.ElapsedTimeInActiveSeconds ?? 0,
    created: job.CreationTime ?? new Date(0),
    ...(ended !== undefined && { ended }),
  };
}

function withoutArn(arn: string): string {
  return arn.replace(/^arn:[^:]+:s3:::/, '');
}
