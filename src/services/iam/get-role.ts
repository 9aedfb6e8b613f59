import { requireEntity } from '../../identity/entities.ts';
import type { Identity } from '../../identity/identity.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';
import { roleShape } from './shapes.ts';

export function getRole(identity: Identity): IamOperation<'GetRole'> {
  return {
    access: (input, call) => onEntity(identity, call, 'role', input.RoleName),
    handle: async (input, call) => {
      const account = accountOf(call);
      const { row } = await requireEntity(identity, 'role', account, input.RoleName);
      // No last use is recorded: AWS answers an empty element for a role that was not used lately.
      return { Role: { ...roleShape(account, row), RoleLastUsed: {} } };
    },
  };
}
