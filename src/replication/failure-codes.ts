/** AWS's reasons why an object failed to replicate, as in its event notifications (reference: s3-replication 7). */
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
  | 'SrcBucketNotFound'
  | 'SrcBucketReplicationConfigMissing'
  | 'SrcGetAclNotPermitted'
  | 'SrcGetObjectNotPermitted'
  | 'SrcGetTaggingNotPermitted'
  | 'SrcHeadObjectNotPermitted'
  | 'SrcObjectNotEligible';

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
