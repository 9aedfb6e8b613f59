import type { Identity } from '../../identity/identity.ts';
import { setDefaultPolicyVersion as setDefaultPolicyVersionInStore } from '../../identity/policy-versions.ts';
import { accountOf, onPolicy } from './access.ts';
import type { IamOperation } from './operation.ts';

export function setDefaultPolicyVersion(identity: Identity): IamOperation<'SetDefaultPolicyVersion'> {
  return {
    access: (input, call) => onPolicy(identity, call, input.PolicyArn),
    handle: async (input, call) => {
      await setDefaultPolicyVersionInStore(identity, accountOf(call), input.PolicyArn, input.VersionId);
      return {};
    },
  };
}
