import type { Identity } from '../../identity/identity.ts';
import { updateRole } from '../../identity/roles.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';
import { roleShape } from './shapes.ts';

export function updateRoleDescription(identity: Identity): IamOperation<'UpdateRoleDescription'> {
  return {
    access: (input, call) => onEntity(identity, call, 'role', input.RoleName),
    handle: async (input, call) => {
      const account = accountOf(call);
      const row = await updateRole(identity, account, input.RoleName, { description: input.Description });
      return { Role: roleShape(account, row) };
    },
  };
}
