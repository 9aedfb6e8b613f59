import type { Identity } from '../../identity/identity.ts';
import { setPermissionsBoundary } from '../../identity/permissions-boundary.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';

export function deleteUserPermissionsBoundary(
  identity: Identity,
): IamOperation<'DeleteUserPermissionsBoundary'> {
  return {
    access: (input, call) => onEntity(identity, call, 'user', input.UserName),
    handle: async (input, call) => {
      await setPermissionsBoundary(identity, 'user', accountOf(call), input.UserName, undefined);
      return {};
    },
  };
}
