import type { Identity } from '../../identity/identity.ts';
import { deleteInlinePolicy } from '../../identity/inline-policies.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';

export function deleteRolePolicy(identity: Identity): IamOperation<'DeleteRolePolicy'> {
  return {
    access: (input, call) => onEntity(identity, call, 'role', input.RoleName),
    handle: async (input, call) => {
      await deleteInlinePolicy(identity, 'role', accountOf(call), input.RoleName, input.PolicyName);
      return {};
    },
  };
}
