import { explainDecision } from '../policy/explain.ts';
import { parsedPolicy } from '../policy/parsed-policy.ts';
import type { Principal, RequestContext } from '../policy/types.ts';
import type { RoleRow } from '../store/tables/roles.ts';
import { assumedRoleArn, iamArn, parseIamArn } from './arn.ts';
import { authorise } from './authorise.ts';
import { findEntity } from './entities.ts';
import type { Identity } from './identity.ts';
import { newAccessKeyId, newSecretAccessKey } from './ids.ts';
import { resourceTags } from './resource-tags.ts';
import { sealSession } from './session-token.ts';

export interface AssumeRoleRequest {
  /** A user or session; or a service, as the replication worker does: `{ kind: 'service', service: 's3.amazonaws.com' }`. */
  readonly caller: Principal;
  readonly roleArn: string;
  readonly sessionName: string;
  /** Condition keys of this call: sts:ExternalId, aws:SourceAccount, aws:SourceArn, ... */
  readonly context?: RequestContext;
  /** Narrows the session. */
  readonly sessionPolicy?: string;
  readonly sessionPolicyArns?: readonly string[];
}

export type RoleSession = Extract<Principal, { kind: 'role-session' }>;

/** No such role, or its trust policy, or the caller's own policies, do not allow it. AWS tells these apart to
 * nobody: `message` is what it says; `reason` is for the owner of the role. */
export class AssumeRoleNotPermittedError extends Error {
  override readonly name = 'AssumeRoleNotPermittedError';
  readonly reason: string;

  constructor(message: string, reason: string) {
    super(message);
    this.reason = reason;
  }
}

/** Evaluates the trust policy, for real, and gives the session's principal: no key, no token, no row. The worker
 * acts as it directly; STS gives it keys by `issueSessionCredentials`.
 * @throws AssumeRoleNotPermittedError */
export async function assumeRole(
  identity: Identity,
  request: AssumeRoleRequest,
): Promise<{ readonly session: RoleSession; readonly role: RoleRow }> {
  const { caller, roleArn, sessionName } = request;
  const access = { principal: caller, action: 'sts:AssumeRole', resource: roleArn, context: {} };
  const refuse = (reason: string) =>
    new AssumeRoleNotPermittedError(
      explainDecision(access, { decision: 'implicit-deny', missing: 'resource' })
        .replace(/ because .*/, '')
        .replaceAll('"', ''),
      reason,
    );
  const parsed = parseIamArn(roleArn);
  if (parsed?.kind !== 'role') throw refuse(`${roleArn} is not the ARN of a role.`);
  const role = (await findEntity(identity, 'role', parsed.account, parsed.name))?.row;
  if (role === undefined || iamArn(parsed.account, 'role', role.path, role.roleName) !== roleArn) {
    throw refuse(`The role ${roleArn} does not exist.`);
  }
  if (caller.kind === 'root') throw refuse('Roles may not be assumed by root accounts.');
  const decision = await authorise(identity, {
    ...access,
    context: { ...request.context, ...resourceTags(role.tags), 'sts:RoleSessionName': sessionName },
    resourcePolicy: parsedPolicy(role.trustPolicy, 'trust'),
    resourcePrincipalIds: role.trustedIds,
    resourceAccount: parsed.account,
    resourceMustAllow: true,
  });
  if (decision.decision !== 'allow') {
    throw refuse(
      explainDecision(access, decision).replace('resource-based policy', 'trust policy of the role'),
    );
  }
  return { session: sessionOf(parsed.account, role, request), role };
}

function sessionOf(account: string, role: RoleRow, request: AssumeRoleRequest): RoleSession {
  return {
    kind: 'role-session',
    account,
    roleArn: request.roleArn,
    roleId: role.roleId,
    sessionName: request.sessionName,
    arn: assumedRoleArn(account, role.roleName, request.sessionName),
    ...(request.sessionPolicy === undefined ? {} : { sessionPolicy: request.sessionPolicy }),
    ...(request.sessionPolicyArns === undefined ? {} : { sessionPolicyArns: request.sessionPolicyArns }),
  };
}

export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAtMs: number;
}

/** Keys with which a client signs as this session (or as itself, for GetSessionToken). */
export function issueSessionCredentials(
  identity: Identity,
  principal: Extract<Principal, { kind: 'role-session' | 'user' | 'root' }>,
  durationSeconds: number,
): SessionCredentials {
  const issuedAtMs = identity.clock.now();
  // AWS's expiry has no fractions of a second.
  const expiresAtMs = Math.floor(issuedAtMs / 1_000 + durationSeconds) * 1_000;
  const accessKeyId = newAccessKeyId('ASIA');
  const secretAccessKey = newSecretAccessKey();
  const { account } = principal;
  const common = { accessKeyId, secretAccessKey, account, issuedAtMs, expiresAtMs };
  const sessionToken = sealSession(
    identity.keyring,
    principal.kind === 'root'
      ? { ...common, of: 'root' }
      : principal.kind === 'user'
        ? { ...common, of: 'user', userName: principal.userName, userId: principal.userId }
        : { ...common, of: 'role', ...roleClaims(principal) },
  );
  return { accessKeyId, secretAccessKey, sessionToken, expiresAtMs };
}

function roleClaims(session: RoleSession) {
  const { roleArn, roleId, sessionName, sessionPolicy, sessionPolicyArns } = session;
  return {
    roleName: roleArn.slice(roleArn.lastIndexOf('/') + 1),
    roleId,
    sessionName,
    ...(sessionPolicy === undefined ? {} : { sessionPolicy }),
    ...(sessionPolicyArns === undefined ? {} : { sessionPolicyArns }),
  };
}
