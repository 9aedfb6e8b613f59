import type { Identity } from '../../identity/identity.ts';
import { deleteInlinePolicy } from '../../identity/inline-policies.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';

export function deleteGroupPolicy(identity: Identity): IamOperation<'DeleteGroupPolicy'> {
  return {
    access: (input, call) => onEntity(identity, call, 'group', input.GroupName),
    handle: async (input, call) => {
      await deleteInlinePolicy(identity, 'group', accountOf(call), input.GroupName, input.PolicyName);
      return {};
    },
  };
}
