import type { Identity } from '../../identity/identity.ts';
import { accountOf, onPolicy } from './access.ts';
import type { IamOperation } from './operation.ts';
import { policyVersion } from './policy-version-shapes.ts';

export function getPolicyVersion(identity: Identity): IamOperation<'GetPolicyVersion'> {
  return {
    access: (input, call) => onPolicy(identity, call, input.PolicyArn),
    handle: async (input, call) => {
      const version = await policyVersion(identity, accountOf(call), input.PolicyArn, input.VersionId);
      return { PolicyVersion: version };
    },
  };
}
