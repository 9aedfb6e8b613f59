import type { Principal, PrincipalMatch } from './types.ts';

/** How a resource policy speaks of somebody; what follows from an Allow differs (evaluate.ts).
 * - `direct`: by itself: the user, the role session, the service, the root, or everyone.
 * - `role`: the role of the session (or everyone, for a session).
 * - `account`: its whole account, which delegates the decision to that account's own policies. */
export type Naming = 'direct' | 'role' | 'account';

/** The ARN by which AWS's messages and policies know somebody. */
export function arnOf(principal: Principal): string {
  switch (principal.kind) {
    case 'anonymous':
      return '*';
    case 'root':
      return `arn:aws:iam::${principal.account}:root`;
    case 'user':
    case 'role-session':
      return principal.arn;
    case 'service':
      return principal.service;
  }
}

/** Unique ids of the users and roles that a policy names, as they were when it was put. AWS keeps those instead
 * of the ARNs: somebody made again under an old name is somebody else. */
export type PrincipalIds = Readonly<Record<string, string>>;

/** The strongest way in which `match` covers the principal; undefined when it does not. */
export function namingOf(
  match: PrincipalMatch,
  principal: Principal,
  ids: PrincipalIds = {},
): Naming | undefined {
  if (match.negated) return exempted(match, principal, ids) ? undefined : 'direct';
  if (principal.kind === 'service') {
    return match.everyone || match.service.includes(principal.service) ? 'direct' : undefined;
  }
  if (principal.kind === 'anonymous') return match.everyone ? 'direct' : undefined;
  const names = match.aws;
  if (principal.kind === 'role-session') {
    if (namesOne(names, principal.arn, principal.roleId, ids)) return 'direct';
    if (match.everyone || namesOne(names, principal.roleArn, principal.roleId, ids)) return 'role';
  } else if (match.everyone || (principal.kind === 'user' && namesUser(names, principal, ids))) {
    return 'direct';
  }
  if (!namesAccount(names, principal.account)) return undefined;
  return principal.kind === 'root' ? 'direct' : 'account';
}

/** NotPrincipal spares only somebody who is listed at every level: a user together with its account, a session
 * together with its role and its account.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html */
function exempted(match: PrincipalMatch, principal: Principal, ids: PrincipalIds): boolean {
  if (match.everyone) return true;
  switch (principal.kind) {
    case 'anonymous':
      return false;
    case 'service':
      return match.service.includes(principal.service);
    case 'root':
      return namesAccount(match.aws, principal.account);
    case 'user':
      return namesUser(match.aws, principal, ids) && namesAccount(match.aws, principal.account);
    case 'role-session':
      return (
        namesOne(match.aws, principal.arn, principal.roleId, ids) &&
        namesOne(match.aws, principal.roleArn, principal.roleId, ids) &&
        namesAccount(match.aws, principal.account)
      );
  }
}

/** A user may have been renamed since: its id stays. */
function namesUser(
  names: readonly string[],
  { arn, userId }: Extract<Principal, { kind: 'user' }>,
  ids: PrincipalIds,
): boolean {
  return names.some((name) => (Object.hasOwn(ids, name) ? ids[name] === userId : name === arn));
}

function namesOne(names: readonly string[], arn: string, id: string, ids: PrincipalIds): boolean {
  return names.includes(arn) && (!Object.hasOwn(ids, arn) || ids[arn] === id);
}

function namesAccount(names: readonly string[], account: string): boolean {
  return names.includes(account) || names.includes(`arn:aws:iam::${account}:root`);
}
