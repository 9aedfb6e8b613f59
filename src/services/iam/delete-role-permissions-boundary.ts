import type { Identity } from '../../identity/identity.ts';
import { setPermissionsBoundary } from '../../identity/permissions-boundary.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';

export function deleteRolePermissionsBoundary(
  identity: Identity,
): IamOperation<'DeleteRolePermissionsBoundary'> {
  return {
    access: (input, call) => onEntity(identity, call, 'role', input.RoleName),
    handle: async (input, call) => {
      await setPermissionsBoundary(identity, 'role', accountOf(call), input.RoleName, undefined);
      return {};
    },
  };
}
