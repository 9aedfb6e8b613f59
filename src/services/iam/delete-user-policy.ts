import type { Identity } from '../../identity/identity.ts';
import { deleteInlinePolicy } from '../../identity/inline-policies.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';

export function deleteUserPolicy(identity: Identity): IamOperation<'DeleteUserPolicy'> {
  return {
    access: (input, call) => onEntity(identity, call, 'user', input.UserName),
    handle: async (input, call) => {
      await deleteInlinePolicy(identity, 'user', accountOf(call), input.UserName, input.PolicyName);
      return {};
    },
  };
}
