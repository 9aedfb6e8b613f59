import type { CreateJobRequest } from '@aws-sdk/client-s3-control';
import type { AwsClients } from '../aws-clients.ts';
import type { Perform } from '../aws-steps.ts';
import { requireBucketRegion } from '../buckets.ts';
import { RequestError } from '../command.ts';
import { checkNamedRole } from '../ensure-role.ts';
import type { Terminal } from '../terminal.ts';
import { BATCH_SERVICE, ensureBatchRole } from './batch-role.ts';
import type { JobRequest } from './job-request.ts';

const BUCKET_NAME_LENGTH_MAX = 63;

export interface CreatedJob {
  /** Undefined after a dry run. */
  readonly jobId?: string;
  readonly region: string;
}

/** Bucket for the report, role and job by ordinary AWS calls, each printed.
 * @throws RequestError */
export async function createJob(
  aws: AwsClients,
  io: { readonly perform: Perform; readonly terminal: Terminal },
  request: JobRequest,
): Promise<CreatedJob> {
  const { CreateJobCommand } = await import('@aws-sdk/client-s3-control');
  const region = await requireBucketRegion(aws, request.bucket);
  await requireRule(aws, request.bucket, region);
  const { report, manifestBucket } = request;
  if (request.role !== 'new') await checkNamedRole(aws, request.role, BATCH_SERVICE);
  if (report !== undefined) await ensureBucket(aws, io.perform, report.bucket, region);
  const role =
    request.role === 'new'
      ? await ensureBatchRole(aws, io, request.bucket, { reportBucket: report?.bucket, manifestBucket })
      : request.role;
  const input = jobInput(aws.account, role, request);
  const client = await aws.s3Control(region);
  const created = await io.perform({
    title: request.waits ? 'the job, which waits for your confirmation' : 'the job, which runs by itself',
    command: 's3control create-job',
    options: jobOptions(input, region),
    run: () => client.send(new CreateJobCommand(input)),
  });
  return { region, ...(created?.JobId !== undefined && { jobId: created.JobId }) };
}

/** A job on a bucket without rules would only fail. */
async function requireRule(aws: AwsClients, bucket: string, region: string): Promise<void> {
  const { GetBucketReplicationCommand } = await import('@aws-sdk/client-s3');
  try {
    const s3 = await aws.s3(region);
    const { ReplicationConfiguration: found } = await s3.send(
      new GetBucketReplicationCommand({ Bucket: bucket }),
    );
    if (found?.Rules?.some(({ Status }) => Status === 'Enabled') === true) return;
    throw new RequestError(`No replication rule of ${bucket} is Enabled: there is nothing to replicate.`);
  } catch (error) {
    if (error instanceof RequestError && error.code === 'ReplicationConfigurationNotFoundError') {
      throw new RequestError(
        `${bucket} has no replication rule: make one with holdfast rule create ${bucket} DESTINATION.`,
        { cause: error, code: error.code },
      );
    }
    throw error;
  }
}

async function ensureBucket(
  aws: AwsClients,
  perform: Perform,
  bucket: string,
  region: string,
): Promise<void> {
  if (bucket.length > BUCKET_NAME_LENGTH_MAX) {
    throw new RequestError(`${bucket} is too long for a bucket: name one with --report-bucket.`);
  }
  try {
    // The report may be in any region.
    await requireBucketRegion(aws, bucket);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    if (error.code !== 'NoSuchBucket') {
      throw new RequestError(`${error.message} Name another bucket with --report-bucket.`, { cause: error });
    }
    const { CreateBucketCommand } = await import('@aws-sdk/client-s3');
    const s3 = await aws.s3(region);
    const elsewhere = region !== 'us-east-1';
    await perform({
      title: 'a bucket for the report',
      command: 's3api create-bucket',
      options: {
        bucket,
        region,
        ...(elsewhere && { 'create-bucket-configuration': `LocationConstraint=${region}` }),
      },
      run: () =>
        s3.send(
          new CreateBucketCommand({
            Bucket: bucket,
            ...(elsewhere && { CreateBucketConfiguration: { LocationConstraint: region as 'eu-west-1' } }),
          }),
        ),
    });
  }
}

function jobInput(account: string, role: string, request: JobRequest): CreateJobRequest {
  const { bucket, filter, report, manifestBucket, description, priority } = request;
  return {
    AccountId: account,
    ConfirmationRequired: request.waits,
    Operation: { S3ReplicateObject: {} },
    ManifestGenerator: {
      S3JobManifestGenerator: {
        SourceBucket: `arn:aws:s3:::${bucket}`,
        Filter: filter,
        EnableManifestOutput: manifestBucket !== undefined,
        ...(manifestBucket !== undefined && {
          ManifestOutputLocation: {
            Bucket: `arn:aws:s3:::${manifestBucket}`,
            ManifestFormat: 'S3InventoryReport_CSV_20211130' as const,
          },
        }),
      },
    },
    Report:
      report === undefined
        ? { Enabled: false }
        : {
            Enabled: true,
            Bucket: `arn:aws:s3:::${report.bucket}`,
            Format: 'Report_CSV_20180820',
            ReportScope: report.failedOnly ? 'FailedTasksOnly' : 'AllTasks',
            ...(report.prefix !== undefined && { Prefix: report.prefix }),
          },
    Priority: priority,
    RoleArn: role,
    Description: description,
  };
}

function jobOptions(input: CreateJobRequest, region: string): Record<string, string | true> {
  return {
    region,
    'account-id': input.AccountId ?? '',
    operation: JSON.stringify(input.Operation),
    'manifest-generator': JSON.stringify(input.ManifestGenerator),
    report: JSON.stringify(input.Report),
    priority: String(input.Priority),
    'role-arn': input.RoleArn ?? '',
    description: input.Description ?? '',
    ...(input.ConfirmationRequired === true
      ? { 'confirmation-required': true as const }
      : { 'no-confirmation-required': true as const }),
  };
}
