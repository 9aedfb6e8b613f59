import type { Bucket } from '../../buckets/bucket.ts';
import { applicableBucketPolicy } from '../../identity/applicable-bucket-policy.ts';
import { AssumeRoleNotPermittedError, assumeRole } from '../../identity/assume-role.ts';
import { authorise } from '../../identity/authorise.ts';
import type { Identity } from '../../identity/identity.ts';
import type { Clock } from '../../lib/clock.ts';
import { parsedPolicy } from '../../policy/parsed-policy.ts';
import type { Decision, PolicyDocument, Principal, RequestContext } from '../../policy/types.ts';
import type { BucketRow } from '../../store/tables/bucket-row.ts';
import { ReplicationFailure } from '../failure-codes.ts';
import type { ActionConditions, RoleAccess, RoleSession, RoleSource } from './role-access.ts';
import { sameForEveryKey } from './same-for-every-key.ts';

/** Who assumes roles, and under which name CloudTrail shows it (reference: s3-replication 5.1). */
export interface RoleTaker {
  readonly service: string;
  readonly sessionName: string;
}
export const REPLICATION: RoleTaker = { service: 's3.amazonaws.com', sessionName: 's3-replication' };
export const BATCH_OPERATIONS: RoleTaker = {
  service: 'batchoperations.s3.amazonaws.com',
  sessionName: 's3-batch-operations',
};
/** Roles in use at once: one for each source bucket in the usual case. */
const SESSIONS_MAX = 10_000;

/** Assumes roles through identity and remembers what they may do, for as long as no configuration changes.
 *
 * Invariants
 * - A session is used only while the global store's configuration epoch is the one it was assumed under: a role,
 *   policy or trust policy that changed counts for the next object.
 * - A decision is remembered with the bucket record that it was made under: a bucket policy that changed is a new
 *   record. */
export class AssumedRoles implements RoleAccess {
  readonly #identity: Identity;
  readonly #clock: Clock;
  readonly #taker: RoleTaker;
  readonly #sessions = new Map<string, RoleSession | Promise<RoleSession>>();
  #epoch: number;

  constructor(identity: Identity, clock: Clock, taker = REPLICATION) {
    this.#identity = identity;
    this.#clock = clock;
    this.#taker = taker;
    this.#epoch = identity.store.configurationEpoch();
  }

  session(roleArn: string, source: RoleSource): RoleSession | Promise<RoleSession> {
    const epoch = this.#identity.store.configurationEpoch();
    if (epoch !== this.#epoch || this.#sessions.size >= SESSIONS_MAX) {
      this.#epoch = epoch;
      this.#sessions.clear();
    }
    const name = `${roleArn} ${source.account} ${source.arn}`;
    const known = this.#sessions.get(name);
    if (known !== undefined) return known;
    const assumed = this.#assume(roleArn, source);
    this.#sessions.set(name, assumed);
    assumed.then(
      (session) => this.#replace(name, assumed, session),
      // A refusal is asked for anew: it may have been the store's trouble.
      () => this.#replace(name, assumed, undefined),
    );
    return assumed;
  }

  #replace(name: string, assumed: Promise<RoleSession>, session: RoleSession | undefined): void {
    if (this.#sessions.get(name) !== assumed) return;
    if (session === undefined) this.#sessions.delete(name);
    else this.#sessions.set(name, session);
  }

  async #assume(roleArn: string, source: RoleSource): Promise<RoleSession> {
    try {
      const { session } = await assumeRole(this.#identity, {
        caller: { kind: 'service', service: this.#taker.service },
        roleArn,
        sessionName: this.#taker.sessionName,
        context: {
          'aws:SourceAccount': source.account,
          ...(source.arn === undefined ? {} : { 'aws:SourceArn': source.arn }),
        },
      });
      return new AssumedRole(this.#identity, this.#clock, session);
    } catch (error) {
      if (!(error instanceof AssumeRoleNotPermittedError)) throw error;
      throw new ReplicationFailure('AssumeRoleNotPermitted', error.reason);
    }
  }
}

class AssumedRole implements RoleSession {
  readonly #identity: Identity;
  readonly #clock: Clock;
  readonly #principal: Principal;
  readonly #decisions = new WeakMap<BucketRow, Map<string, Decision>>();
  readonly #sameForEveryKey = new WeakMap<BucketRow, boolean>();

  constructor(identity: Identity, clock: Clock, principal: Principal) {
    this.#identity = identity;
    this.#clock = clock;
    this.#principal = principal;
  }

  may(
    action: string,
    bucket: Bucket,
    key?: string,
    conditions?: ActionConditions,
  ): boolean | Promise<boolean> {
    const decision = this.#decide(action, bucket, key, conditions);
    return decision instanceof Promise
      ? decision.then((decided) => decided.decision === 'allow')
      : decision.decision === 'allow';
  }

  denied(action: string, bucket: Bucket, key?: string): boolean | Promise<boolean> {
    const decision = this.#decide(action, bucket, key);
    return decision instanceof Promise
      ? decision.then((decided) => decided.decision === 'explicit-deny')
      : decision.decision === 'explicit-deny';
  }

  #decide(
    action: string,
    bucket: Bucket,
    key: string | undefined,
    conditions?: ActionConditions,
  ): Decision | Promise<Decision> {
    const { row } = bucket;
    const kind = `${key === undefined ? 'bucket' : 'object'} ${action}`;
    const known = this.#decisions.get(row)?.get(kind);
    if (known !== undefined) return known;
    const same = this.#sameForEveryKey.get(row) ?? this.#compare(row);
    if (same instanceof Promise) return same.then(() => this.#decide(action, bucket, key, conditions));
    // Where policies answer alike for every key, they look at no condition of the action either.
    if (!same && conditions !== undefined) return this.#decideUnder(conditions, action, bucket, key);
    const decision = this.#evaluate(action, bucket, key);
    if (decision instanceof Promise || !same) return decision;
    const decisions = this.#decisions.get(row) ?? new Map<string, Decision>();
    decisions.set(kind, decision);
    this.#decisions.set(row, decisions);
    return decision;
  }

  async #decideUnder(
    conditions: ActionConditions,
    action: string,
    bucket: Bucket,
    key: string | undefined,
  ): Promise<Decision> {
    return this.#evaluate(action, bucket, key, await conditions());
  }

  async #compare(row: BucketRow): Promise<boolean> {
    const policies = await this.#identity.policiesOf(this.#principal);
    const documents: PolicyDocument[] = [...policies.identity, ...(policies.session ?? [])];
    if (policies.boundary !== undefined) documents.push(policies.boundary);
    if (row.policy !== undefined) documents.push(parsedPolicy(row.policy, 'resource'));
    const same = sameForEveryKey(documents, row.name);
    this.#sameForEveryKey.set(row, same);
    return same;
  }

  #evaluate(
    action: string,
    bucket: Bucket,
    key: string | undefined,
    conditions: RequestContext = {},
  ): Decision | Promise<Decision> {
    const { row } = bucket;
    const bucketArn = `arn:aws:s3:::${row.name}`;
    const policy = applicableBucketPolicy(row, this.#principal);
    return authorise(this.#identity, {
      principal: this.#principal,
      action,
      resource: key === undefined ? bucketArn : `${bucketArn}/${key}`,
      context: { ...this.#context(bucket), ...conditions },
      resourceAccount: row.owner,
      ...(policy === undefined ? {} : { resourcePolicy: policy }),
      ...(row.policyPrincipalIds === undefined ? {} : { resourcePrincipalIds: row.policyPrincipalIds }),
    });
  }

  /** What every action has, as a client's request to this bucket's endpoint would. aws:ResourceAccount comes with
   * `resourceAccount`. */
  #context({ row, region }: Bucket): RequestContext {
    const nowMs = this.#clock.now();
    return {
      'aws:CurrentTime': new Date(nowMs).toISOString(),
      'aws:EpochTime': String(Math.floor(nowMs / 1000)),
      'aws:SecureTransport': 'true',
      'aws:RequestedRegion': region.name,
      's3:ResourceAccount': row.owner,
      's3:x-amz-server-side-encryption': 'AES256',
    };
  }
}
