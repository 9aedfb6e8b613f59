import type { JobDescriptor, JobProgressSummary } from '@aws-sdk/client-s3-control';
import { activeSecondsOf, type DescribedJob } from '../../../batch/describe-job.ts';
import { jobArn } from '../../../batch/job-arn.ts';
import type { JobProgressRow, JobReport, JobRow } from '../../../store/tables/job-rows.ts';
import { jobOperation } from './job-operation.ts';
import { generatedManifest, jobManifest, jobManifestGenerator } from './job-source.ts';

/** A job as DescribeJob shows it (reference: s3-batch-replication 7.1). */
export function jobDescriptor(
  { job, progress }: Pick<DescribedJob, 'job' | 'progress'>,
  region: string,
  nowMs: number,
): JobDescriptor {
  return {
    JobId: job.jobId,
    ConfirmationRequired: job.confirmationRequired,
    Description: job.description,
    JobArn: jobArn(region, job),
    Status: job.status,
    Manifest: jobManifest(job.source),
    Operation: jobOperation(job.operation),
    Priority: job.priority,
    ProgressSummary: progressSummary(job, progress, nowMs),
    StatusUpdateReason: job.statusUpdateReason,
    FailureReasons: failureReasons(job),
    Report: report(job.report),
    CreationTime: new Date(job.createdAtMs),
    TerminationDate: dateOf(job.terminatedAtMs),
    RoleArn: job.roleArn,
    SuspendedDate: dateOf(job.suspendedAtMs),
    SuspendedCause: job.suspendedCause,
    ManifestGenerator: jobManifestGenerator(job.source),
    GeneratedManifestDescriptor: generatedManifest(job.generatedManifest),
  };
}

/** The total is 0 until the manifest is whole. */
export function progressSummary(job: JobRow, progress: JobProgressRow, nowMs: number): JobProgressSummary {
  return {
    TotalNumberOfTasks: job.tasks?.total ?? 0,
    NumberOfTasksSucceeded: progress.succeeded,
    NumberOfTasksFailed: progress.failed,
    Timers: { ElapsedTimeInActiveSeconds: activeSecondsOf(job, nowMs) },
  };
}

function failureReasons({ failureReasons: reasons }: JobRow): JobDescriptor['FailureReasons'] {
  if (reasons.length === 0) return undefined;
  return reasons.map(({ code, reason }) => ({
    FailureCode: code.slice(0, FAILURE_CODE_LENGTH_MAX),
    FailureReason: reason.slice(0, FAILURE_REASON_LENGTH_MAX),
  }));
}

/** As the model has them. */
const FAILURE_CODE_LENGTH_MAX = 64;
const FAILURE_REASON_LENGTH_MAX = 256;

function report(stored: JobReport): NonNullable<JobDescriptor['Report']> {
  if (!stored.enabled) return { Enabled: false };
  return {
    Enabled: true,
    Bucket: stored.bucket,
    Format: 'Report_CSV_20180820',
    Prefix: stored.prefix,
    ReportScope: stored.scope,
    ExpectedBucketOwner: stored.expectedBucketOwner,
  };
}

function dateOf(atMs: number | undefined): Date | undefined {
  return atMs === undefined ? undefined : new Date(atMs);
}
