import type { Bucket } from '../../buckets/bucket.ts';
import type { RequestContext } from '../../policy/types.ts';

/** Condition keys of one action beyond those of every action; asked for only where a policy may look at them. */
export type ActionConditions = () => RequestContext | Promise<RequestContext>;

/** A role, really assumed: what it may do is decided as for any client. */
export interface RoleSession {
  /** On the bucket, or on one object in it. At once once it is known. */
  may(
    action: string,
    bucket: Bucket,
    key?: string,
    conditions?: ActionConditions,
  ): boolean | Promise<boolean>;
  /** Whether a policy denies it in so many words, as against merely not allowing it. */
  denied(action: string, bucket: Bucket, key?: string): boolean | Promise<boolean>;
}

/** For whom a role acts, as its trust policy may ask. */
export interface RoleSource {
  /** aws:SourceAccount. */
  readonly account: string;
  /** aws:SourceArn, where there is one. */
  readonly arn?: string;
}

export interface RoleAccess {
  /** @throws ReplicationFailure AssumeRoleNotPermitted */
  session(roleArn: string, source: RoleSource): RoleSession | Promise<RoleSession>;
}

/** A replication configuration's role acts for its source bucket. */
export function sourceOfRole({ row }: Bucket): RoleSource {
  return { account: row.owner, arn: `arn:aws:s3:::${row.name}` };
}
