import type { Identity } from '../../identity/identity.ts';
import { updateRole as updateRoleInStore } from '../../identity/roles.ts';
import { accountOf, onEntity } from './access.ts';
import { defined } from './defined.ts';
import type { IamOperation } from './operation.ts';

export function updateRole(identity: Identity): IamOperation<'UpdateRole'> {
  return {
    access: (input, call) => onEntity(identity, call, 'role', input.RoleName),
    handle: async (input, call) => {
      await updateRoleInStore(
        identity,
        accountOf(call),
        input.RoleName,
        defined({ description: input.Description, maxSessionSeconds: input.MaxSessionDuration }),
      );
      return {};
    },
  };
}
