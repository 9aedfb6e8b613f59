import type { Identity } from '../../identity/identity.ts';
import { deleteRole as deleteRoleInStore } from '../../identity/roles.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';

export function deleteRole(identity: Identity): IamOperation<'DeleteRole'> {
  return {
    access: (input, call) => onEntity(identity, call, 'role', input.RoleName),
    handle: async (input, call) => {
      await deleteRoleInStore(identity, accountOf(call), input.RoleName);
      return {};
    },
  };
}
