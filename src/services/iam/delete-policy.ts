import type { Identity } from '../../identity/identity.ts';
import { deleteManagedPolicy } from '../../identity/managed-policies.ts';
import { accountOf, onPolicy } from './access.ts';
import type { IamOperation } from './operation.ts';

export function deletePolicy(identity: Identity): IamOperation<'DeletePolicy'> {
  return {
    access: (input, call) => onPolicy(identity, call, input.PolicyArn),
    handle: async (input, call) => {
      await deleteManagedPolicy(identity, accountOf(call), input.PolicyArn);
      return {};
    },
  };
}
