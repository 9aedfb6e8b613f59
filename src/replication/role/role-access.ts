import type { Bucket } from '../../buckets/bucket.ts';

/** The role of a replication configuration, really assumed: what it may do is decided as for any client. */
export interface RoleSession {
  /** On the bucket, or on one object in it. At once once it is known. */
  may(action: string, bucket: Bucket, key?: string): boolean | Promise<boolean>;
  /** Whether a policy denies it in so many words, as against merely not allowing it. */
  denied(action: string, bucket: Bucket, key?: string): boolean | Promise<boolean>;
}

export interface RoleAccess {
  /** The role acting for this source bucket.
   * @throws ReplicationFailure AssumeRoleNotPermitted */
  session(roleArn: string, source: Bucket): RoleSession | Promise<RoleSession>;
}
