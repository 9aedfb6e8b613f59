import type { FailureReason } from '../store/tables/job-rows.ts';

/** Why a whole job fails. AWS publishes only InvalidManifestContent; the others are ours (reference: s3-batch-replication 7.1). */
export type JobFailureCode =
  | 'InvalidManifestContent'
  | 'ManifestNotFound'
  | 'ManifestAccessDenied'
  | 'ManifestETagMismatch'
  | 'ManifestGenerationNoKeys'
  | 'ManifestWriteFailed'
  | 'ExpectedBucketOwnerMismatch'
  | 'RoleNotAssumable'
  | 'SrcBucketNotFound'
  | 'SrcBucketInvalidRegion'
  | 'ReportWriteFailed'
  | 'FailureThresholdExceeded'
  | 'ConfirmationExpired'
  | 'ReplicationConfigurationMissing';

/** Thrown where a job cannot go on; the runner takes it to Failing. What passes by itself (a store that cannot serve
 * now) is thrown as it is, and tried again. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure';
  readonly code: JobFailureCode;

  constructor(code: JobFailureCode, reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.code = code;
  }
}

/** As AWS: a FailureReason is no longer. */
const REASON_LENGTH_MAX = 256;

export function failureReason({ code, message }: JobFailure): FailureReason {
  return { code, reason: message.slice(0, REASON_LENGTH_MAX) };
}
