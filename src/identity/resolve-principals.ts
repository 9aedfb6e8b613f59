import type { PrincipalIds } from '../policy/principals.ts';
import type { PolicyDocument } from '../policy/types.ts';
import { findAccount } from './accounts.ts';
import { iamArn, parseIamArn } from './arn.ts';
import type { IdentityContext } from './context.ts';
import { findEntity } from './entities.ts';

/** The unique ids of the users and roles that a policy names, by ARN (a session's is its role's), and the names
 * behind which there is nobody: AWS refuses such a document (bucket policies with MalformedPolicy "Invalid principal
 * in policy", trust policies with MalformedPolicyDocument). Kept with the policy, the ids end its effect when a user or
 * role is made again. */
export async function resolvePrincipals(
  context: Pick<IdentityContext, 'store'>,
  document: PolicyDocument,
): Promise<{ readonly ids: PrincipalIds; readonly unknown: string[] }> {
  const named = new Set(document.statements.flatMap((statement) => statement.principal?.aws ?? []));
  const ids: Record<string, string> = {};
  const unknown: string[] = [];
  for (const name of named) {
    const account = /^(?:arn:aws:iam::)?(\d{12})(?::root)?$/.exec(name)?.[1];
    const id = account === undefined ? await idOf(context, name) : undefined;
    if (id !== undefined) ids[name] = id;
    else if (account === undefined || (await findAccount(context, account)) === undefined) unknown.push(name);
  }
  return { ids, unknown };
}

async function idOf(context: Pick<IdentityContext, 'store'>, name: string): Promise<string | undefined> {
  const session = /^arn:aws:sts::(\d{12}):assumed-role\/([^/]+)\//.exec(name);
  if (session !== null) {
    return (await findEntity(context, 'role', session[1] ?? '', session[2] ?? ''))?.row.roleId;
  }
  const parsed = parseIamArn(name);
  if (parsed === undefined || (parsed.kind !== 'user' && parsed.kind !== 'role')) return undefined;
  const { kind, account } = parsed;
  const row = (await findEntity(context, kind, account, parsed.name))?.row;
  if (row === undefined) return undefined;
  const isUser = 'userName' in row;
  const arn = iamArn(account, kind, row.path, isUser ? row.userName : row.roleName);
  if (arn !== name) return undefined;
  return isUser ? row.userId : row.roleId;
}
