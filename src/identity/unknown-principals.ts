import type { PolicyDocument } from '../policy/types.ts';
import { findAccount } from './accounts.ts';
import { iamArn, parseIamArn } from './arn.ts';
import type { IdentityContext } from './context.ts';
import { findEntity } from './entities.ts';

/** The AWS principals that a policy names and that do not exist: AWS refuses such a document (bucket policies
 * with MalformedPolicy "Invalid principal in policy", trust policies with MalformedPolicyDocument). */
export async function unknownPrincipals(
  context: Pick<IdentityContext, 'store'>,
  document: PolicyDocument,
): Promise<string[]> {
  const named = new Set(document.statements.flatMap((statement) => statement.principal?.aws ?? []));
  const unknown: string[] = [];
  for (const name of named) if (!(await exists(context, name))) unknown.push(name);
  return unknown;
}

async function exists(context: Pick<IdentityContext, 'store'>, name: string): Promise<boolean> {
  const account = /^(?:arn:aws:iam::)?(\d{12})(?::root)?$/.exec(name)?.[1];
  if (account !== undefined) return (await findAccount(context, account)) !== undefined;
  const session = /^arn:aws:sts::(\d{12}):assumed-role\/([^/]+)\//.exec(name);
  if (session !== null) {
    return (await findEntity(context, 'role', session[1] ?? '', session[2] ?? '')) !== undefined;
  }
  const parsed = parseIamArn(name);
  if (parsed === undefined || (parsed.kind !== 'user' && parsed.kind !== 'role')) return false;
  const { kind } = parsed;
  const row = (await findEntity(context, kind, parsed.account, parsed.name))?.row;
  if (row === undefined) return false;
  return iamArn(parsed.account, kind, row.path, 'userName' in row ? row.userName : row.roleName) === name;
}
