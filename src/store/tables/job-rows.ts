import type { ChecksumAlgorithm, IntentRule, SystemMetadata } from './rows.ts';

/** What is stored of S3 Batch Operations jobs (reference: s3-batch-replication). A job lives in the store of its
 * region, which is its source bucket's. */

export const JOB_STATUSES = [
  'New',
  'Preparing',
  'Suspended',
  'Ready',
  'Active',
  'Pausing',
  'Paused',
  'Completing',
  'Complete',
  'Cancelling',
  'Cancelled',
  'Failing',
  'Failed',
] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

export type JobTags = readonly (readonly [string, string])[];

/** Named as AWS names the operation. */
export type JobOperation =
  | { readonly name: 'S3ReplicateObject' }
  | { readonly name: 'S3DeleteObjectTagging' }
  | { readonly name: 'S3PutObjectTagging'; readonly tags: JobTags }
  | { readonly name: 'S3PutObjectAcl'; readonly cannedAcl: string }
  | { readonly name: 'S3PutObjectCopy'; readonly copy: JobCopy };

export interface JobCopy {
  /** ARN as sent. */
  readonly targetBucket: string;
  readonly targetKeyPrefix?: string;
  readonly storageClass?: string;
  readonly metadataDirective: 'COPY' | 'REPLACE';
  readonly metadata?: Readonly<Record<string, string>>;
  readonly system?: SystemMetadata;
  readonly newObjectTags?: JobTags;
  readonly modifiedSinceMs?: number;
  readonly unmodifiedSinceMs?: number;
  readonly checksumAlgorithm?: ChecksumAlgorithm;
}

export type JobReport =
  | { readonly enabled: false }
  | {
      readonly enabled: true;
      /** ARN as sent. */
      readonly bucket: string;
      readonly prefix?: string;
      readonly scope: 'AllTasks' | 'FailedTasksOnly';
      readonly expectedBucketOwner?: string;
    };

export type ManifestFormat = 'S3BatchOperations_CSV_20180820' | 'S3InventoryReport_CSV_20161130';

/** Where the list of tasks comes from. */
export type JobSource =
  | {
      readonly kind: 'manifest';
      readonly format: ManifestFormat;
      /** Of the CSV, in order: Bucket, Key, VersionId, Ignore. */
      readonly fields?: readonly string[];
      readonly objectArn: string;
      readonly objectVersionId?: string;
      /** As sent; compared without quotes. */
      readonly etag: string;
    }
  | {
      readonly kind: 'generator';
      /** ARN as sent. */
      readonly sourceBucket: string;
      readonly expectedBucketOwner?: string;
      readonly output?: ManifestOutput;
      readonly filter: ManifestFilter;
    };

export interface ManifestOutput {
  /** ARN as sent. */
  readonly bucket: string;
  readonly prefix?: string;
  readonly expectedBucketOwner?: string;
  readonly format: 'S3InventoryReport_CSV_20211130';
  /** True where SSE-S3 was named; SSE-KMS is refused before it gets here. */
  readonly sseS3: boolean;
}

/** Every member given must hold; inside a list any value does. */
export interface ManifestFilter {
  readonly eligibleForReplication?: boolean;
  readonly createdAfterMs?: number;
  readonly createdBeforeMs?: number;
  readonly replicationStatuses?: readonly ('COMPLETED' | 'FAILED' | 'REPLICA' | 'NONE')[];
  readonly keyPrefixes?: readonly string[];
  readonly keySuffixes?: readonly string[];
  readonly keySubstrings?: readonly string[];
  readonly sizeGreaterThanBytes?: number;
  readonly sizeLessThanBytes?: number;
  readonly storageClasses?: readonly string[];
  readonly encryption?:
    | { readonly kind: 'SSE-S3' | 'SSE-C' | 'NOT-SSE' }
    | { readonly kind: 'SSE-KMS'; readonly keyArn?: string; readonly bucketKeyEnabled?: boolean }
    | { readonly kind: 'DSSE-KMS'; readonly keyArn?: string };
}

export interface FailureReason {
  readonly code: string;
  readonly reason: string;
}

/** The job: what was asked, and where it stands. Written by the API and by the one runner that holds the region's
 * batch lease, always under a check of the row's version. */
export interface JobRow {
  readonly jobId: string;
  readonly account: string;
  readonly createdAtMs: number;
  readonly operation: JobOperation;
  readonly source: JobSource;
  readonly report: JobReport;
  readonly roleArn: string;
  readonly confirmationRequired: boolean;
  readonly description?: string;
  readonly tags: JobTags;
  readonly clientRequestToken: string;

  readonly status: JobStatus;
  readonly priority: number;
  readonly statusUpdateReason?: string;
  readonly suspendedAtMs?: number;
  readonly suspendedCause?: 'AWAITING_CONFIRMATION';
  readonly terminatedAtMs?: number;
  readonly failureReasons: readonly FailureReason[];
  /** Set when the manifest is whole. */
  readonly tasks?: {
    readonly total: number;
    readonly chunks: number;
    /** Of the first task: the bucket whose jobs run beside each other. */
    readonly bucket: string;
  };
  readonly generatedManifest?: {
    readonly objectArn: string;
    readonly etag: string;
    readonly versionId?: string;
  };
  /** Set on entering Completing, Cancelling or Failing, so that a report written twice is the same. */
  readonly reportedAtMs?: number;
  /** Milliseconds spent in Active before `activeSinceMs`. */
  readonly activeMs: number;
  readonly activeSinceMs?: number;
  /** How many states were entered: numbers the rows of `jobStates`. */
  readonly statesEntered: number;
}

/** One state that the job entered; every one is kept, in order. */
export interface JobStateRow {
  readonly status: JobStatus;
  readonly atMs: number;
  /** Why, in one line for people. */
  readonly cause?: string;
}

/** How far the runner is: rewritten by it alone, together with the chunk that ended. */
export interface JobProgressRow {
  readonly succeeded: number;
  readonly failed: number;
  readonly chunksStarted: number;
  readonly chunksDone: number;
  /** Numbers of the chunks that are `started`, so that whoever goes on after a crash reads no others. */
  readonly underWay: readonly number[];
}

/** One line of the manifest. */
export interface JobTask {
  /** Absent: the bucket of the generator's source. */
  readonly bucket?: string;
  /** Decoded. */
  readonly key: string;
  /** As in the manifest, for the report; absent where it is what `encodeManifestKey(key)` gives. */
  readonly encodedKey?: string;
  /** `null` for the null version, empty for an empty cell; absent where the manifest has no such column. */
  readonly versionId?: string;
}

export type TaskResult =
  | { readonly succeeded: true; readonly message: string }
  | {
      readonly succeeded: false;
      readonly httpStatus: number;
      readonly code: string;
      readonly message: string;
    };

/** A run of tasks that is started and ended in one commit each:
 *
 *   waiting → started → done
 *
 * `results` has one entry for each task, in order; null in `started`: its deliveries have not all answered (they are
 * rows of `jobAnswers`); null in `done`: it was never run, as the job was cancelled or failed before. */
export type JobChunkRow =
  | { readonly state: 'waiting'; readonly tasks: readonly JobTask[] }
  | {
      readonly state: 'started';
      readonly tasks: readonly JobTask[];
      readonly results: readonly (TaskResult | null)[];
      /** For each task the rules whose deliveries it waits for, the highest priority first; empty where it has a result. */
      readonly waitsFor: readonly (readonly IntentRule['destination'][])[];
    }
  | {
      readonly state: 'done';
      readonly tasks: readonly JobTask[];
      readonly results: readonly (TaskResult | null)[];
    };

/** Names one task of one job, from inside an intent. */
export interface JobTaskName {
  readonly jobId: string;
  readonly chunk: number;
  /** Index in its chunk. */
  readonly task: number;
}

/** What became of one delivery that a task waits for; written in the commit that ends its intent.
 * - delivered: it is at the destination.
 * - failed: with AWS's code.
 * - withdrawn: the job was cancelled or failed before it could be delivered; it counts as never run. */
export type JobAnswerRow =
  | { readonly outcome: 'delivered' }
  | { readonly outcome: 'failed'; readonly code: string; readonly reason: string }
  | { readonly outcome: 'withdrawn' };
