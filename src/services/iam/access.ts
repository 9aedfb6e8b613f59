import { AwsError } from '../../errors/aws-error.ts';
import { iamAccessDenied, invalidClientTokenId } from '../../errors/iam.ts';
import { iamArn, rootArn } from '../../identity/arn.ts';
import { awsManagedPolicy } from '../../identity/aws-managed-policies.ts';
import { arnOfEntity, type EntityKind, findEntity } from '../../identity/entities.ts';
import type { Identity } from '../../identity/identity.ts';
import { requireManagedPolicy } from '../../identity/managed-policies.ts';
import { resourceTags } from '../../identity/resource-tags.ts';
import type { AccessRequirement } from '../../wire/call.ts';
import { requestTags } from '../request-tags.ts';
import type { IamCall } from './operation.ts';

type Context = Readonly<Record<string, string | readonly string[]>>;

/** The account whose identities a call is about: always the caller's own.
 * @throws AwsError for callers that no account stands behind, and for keys of GetSessionToken, which AWS does
 * not let call IAM */
export function accountOf(call: IamCall): string {
  const { caller } = call;
  if (caller.kind === 'anonymous' || caller.kind === 'service') {
    throw iamAccessDenied('User: anonymous is not authorized to perform this action.');
  }
  if (caller.kind !== 'role-session' && caller.temporary === true) throw invalidClientTokenId();
  return caller.account;
}

/** Acting on a user, group or role, which need not exist: its ARN (with its true path), its tags and boundary. */
export async function onEntity(
  identity: Identity,
  call: IamCall,
  kind: EntityKind,
  name: string,
  context: Context = {},
): Promise<readonly AccessRequirement[]> {
  const account = accountOf(call);
  const action = `iam:${call.operation}`;
  const row = (await findEntity(identity, kind, account, name))?.row;
  if (row === undefined) return [{ action, resource: iamArn(account, kind, '/', name), context }];
  const own = {
    ...('tags' in row ? resourceTags(row.tags) : {}),
    ...('permissionsBoundary' in row ? { 'iam:PermissionsBoundary': row.permissionsBoundary } : {}),
  };
  return [{ action, resource: arnOfEntity(account, kind, row), context: { ...own, ...context } }];
}

/** Acting on a managed policy by its ARN. */
export async function onPolicy(
  identity: Identity,
  call: IamCall,
  arn: string,
  context: Context = {},
): Promise<readonly AccessRequirement[]> {
  const account = accountOf(call);
  return [
    {
      action: `iam:${call.operation}`,
      resource: arn,
      context: { ...(await policyTags(identity, account, arn)), ...context },
    },
  ];
}

/** Making something new under a name. */
export function onNew(
  call: IamCall,
  kind: EntityKind | 'policy',
  path: string | undefined,
  name: string,
  context: Context = {},
): readonly AccessRequirement[] {
  return [
    { action: `iam:${call.operation}`, resource: iamArn(accountOf(call), kind, path ?? '/', name), context },
  ];
}

/** The same with tags: who may not tag such a thing may not make it with tags, either.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html */
export function onNewTagged(
  call: IamCall,
  kind: 'user' | 'role' | 'policy',
  input: { readonly Path?: string; readonly Tags?: Parameters<typeof requestTags>[0] },
  name: string,
  context: Context = {},
): readonly AccessRequirement[] {
  const needed = onNew(call, kind, input.Path, name, { ...requestTags(input.Tags), ...context });
  if ((input.Tags ?? []).length === 0) return needed;
  return [...needed, ...needed.map((create) => ({ ...create, action: TAGGING[kind] }))];
}

const TAGGING = { user: 'iam:TagUser', role: 'iam:TagRole', policy: 'iam:TagPolicy' } as const;

/** Listing a kind below a path prefix. */
export function onAll(
  call: IamCall,
  kind: EntityKind | 'policy' | 'instance-profile',
  pathPrefix = '/',
): readonly AccessRequirement[] {
  return [
    { action: `iam:${call.operation}`, resource: `arn:aws:iam::${accountOf(call)}:${kind}${pathPrefix}` },
  ];
}

/** The user that a call names, or the caller itself when it names none; undefined for the root itself. */
export function namedUser(call: IamCall, userName: string | undefined): string | undefined {
  if (userName !== undefined) return userName;
  return call.caller.kind === 'user' ? call.caller.userName : undefined;
}

/** Acting on the named user, or on the root's own keys. */
export async function onUserOrRoot(
  identity: Identity,
  call: IamCall,
  userName: string | undefined,
): Promise<readonly AccessRequirement[]> {
  const name = namedUser(call, userName);
  if (name !== undefined) return await onEntity(identity, call, 'user', name);
  return [{ action: `iam:${call.operation}`, resource: rootArn(accountOf(call)) }];
}

export function requestBoundary(arn: string | undefined): Context {
  return arn === undefined ? {} : { 'iam:PermissionsBoundary': arn };
}

async function policyTags(identity: Identity, account: string, arn: string): Promise<Context> {
  if (awsManagedPolicy(arn) !== undefined) return {};
  try {
    return resourceTags((await requireManagedPolicy(identity, account, arn)).row.tags);
  } catch (error) {
    // What does not exist has no tags; that it does not is for the handler to say, after the permission.
    if (error instanceof AwsError) return {};
    throw error;
  }
}
