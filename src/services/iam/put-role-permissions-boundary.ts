import type { Identity } from '../../identity/identity.ts';
import { setPermissionsBoundary } from '../../identity/permissions-boundary.ts';
import { accountOf, onEntity, requestBoundary } from './access.ts';
import type { IamOperation } from './operation.ts';

export function putRolePermissionsBoundary(identity: Identity): IamOperation<'PutRolePermissionsBoundary'> {
  return {
    access: (input, call) =>
      onEntity(identity, call, 'role', input.RoleName, requestBoundary(input.PermissionsBoundary)),
    handle: async (input, call) => {
      await setPermissionsBoundary(
        identity,
        'role',
        accountOf(call),
        input.RoleName,
        input.PermissionsBoundary,
      );
      return {};
    },
  };
}
