import type { Identity } from '../../identity/identity.ts';
import { deletePolicyVersion as deletePolicyVersionInStore } from '../../identity/policy-versions.ts';
import { accountOf, onPolicy } from './access.ts';
import type { IamOperation } from './operation.ts';

export function deletePolicyVersion(identity: Identity): IamOperation<'DeletePolicyVersion'> {
  return {
    access: (input, call) => onPolicy(identity, call, input.PolicyArn),
    handle: async (input, call) => {
      await deletePolicyVersionInStore(identity, accountOf(call), input.PolicyArn, input.VersionId);
      return {};
    },
  };
}
