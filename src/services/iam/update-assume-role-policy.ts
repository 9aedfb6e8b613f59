import type { Identity } from '../../identity/identity.ts';
import { updateTrustPolicy } from '../../identity/roles.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';

export function updateAssumeRolePolicy(identity: Identity): IamOperation<'UpdateAssumeRolePolicy'> {
  return {
    access: (input, call) => onEntity(identity, call, 'role', input.RoleName),
    handle: async (input, call) => {
      await updateTrustPolicy(identity, accountOf(call), input.RoleName, input.PolicyDocument);
      return {};
    },
  };
}
