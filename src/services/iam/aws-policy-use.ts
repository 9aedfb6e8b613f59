import type { Policy } from '@aws-sdk/client-iam';
import type { AwsManagedPolicy } from '../../identity/aws-managed-policies.ts';
import { type EntityKind, listEntities, nameOf } from '../../identity/entities.ts';
import type { Identity } from '../../identity/identity.ts';
import { awsPolicyShape } from './shapes.ts';

export interface PolicyHolder {
  readonly kind: EntityKind;
  readonly name: string;
  readonly id: string;
  readonly path: string;
}

/** Who in the account uses a managed policy, to allow or as a boundary. */
export async function holdersOf(
  identity: Identity,
  account: string,
  arn: string,
  usage: 'PermissionsPolicy' | 'PermissionsBoundary',
): Promise<PolicyHolder[]> {
  const kinds: readonly EntityKind[] = ['user', 'group', 'role'];
  const found = await Promise.all(kinds.map((kind) => listEntities(identity, kind, account)));
  return found.flat().flatMap((row) => {
    const boundary = 'permissionsBoundary' in row ? row.permissionsBoundary : undefined;
    const uses = usage === 'PermissionsPolicy' ? row.attachedPolicies.includes(arn) : boundary === arn;
    const kind = 'userId' in row ? 'user' : 'roleId' in row ? 'role' : 'group';
    const id = 'userId' in row ? row.userId : 'roleId' in row ? row.roleId : row.groupId;
    return uses ? [{ kind, name: nameOf(row), id, path: row.path }] : [];
  });
}

/** AWS's own policy as this account sees it: counted by looking, for it has no row to count in. */
export async function awsPolicyUse(
  identity: Identity,
  account: string,
  policy: AwsManagedPolicy,
): Promise<Policy> {
  const attached = await holdersOf(identity, account, policy.arn, 'PermissionsPolicy');
  const bounded = await holdersOf(identity, account, policy.arn, 'PermissionsBoundary');
  return awsPolicyShape(policy, attached.length, bounded.length);
}
