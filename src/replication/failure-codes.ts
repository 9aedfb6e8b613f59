/** AWS's reasons why an object failed to replicate, as in its event notifications (reference: s3-replication 7) and in
 * the reports of batch jobs (reference: s3-batch-replication 10). */
export type FailureCode =
  | 'AssumeRoleNotPermitted'
  | 'DstBucketNotFound'
  | 'DstBucketUnversioned'
  | 'DstDelObjNotPermitted'
  | 'DstObjectHardDeleted'
  | 'DstPutAclNotPermitted'
  | 'DstPutObjectNotPermitted'
  | 'DstPutTaggingNotPermitted'
  | 'DstVersionNotFound'
  | 'InitiateReplicationNotPermitted'
  /** AWS's code for what is no fault of the request: a task that kept failing for reasons that should have passed. */
  | 'InternalError'
  | 'InvalidRequest'
  | 'SrcBucketInvalidRegion'
  | 'SrcBucketNotFound'
  | 'SrcBucketReplicationConfigMissing'
  | 'SrcGetAclNotPermitted'
  | 'SrcGetObjectNotPermitted'
  | 'SrcGetTaggingNotPermitted'
  | 'SrcHeadObjectNotPermitted'
  | 'SrcKeyNotFound'
  | 'SrcObjectNotEligible'
  | 'SrcVersionNotFound';

/** Ends a task for good.
 * `arrived`: the version itself is at the destination, only something about it is not. */
export class ReplicationFailure extends Error {
  override readonly name = 'ReplicationFailure';
  readonly code: FailureCode;
  readonly arrived: boolean;

  constructor(code: FailureCode, reason: string, options: { arrived?: boolean } = {}) {
    super(reason);
    this.code = code;
    this.arrived = options.arrived ?? false;
  }
}
