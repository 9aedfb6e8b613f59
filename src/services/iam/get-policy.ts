import { awsManagedPolicy } from '../../identity/aws-managed-policies.ts';
import type { Identity } from '../../identity/identity.ts';
import { requireManagedPolicy } from '../../identity/managed-policies.ts';
import { accountOf, onPolicy } from './access.ts';
import { awsPolicyUse } from './aws-policy-use.ts';
import type { IamOperation } from './operation.ts';
import { policyShape } from './shapes.ts';

export function getPolicy(identity: Identity): IamOperation<'GetPolicy'> {
  return {
    access: (input, call) => onPolicy(identity, call, input.PolicyArn),
    handle: async (input, call) => {
      const account = accountOf(call);
      const builtIn = awsManagedPolicy(input.PolicyArn);
      if (builtIn !== undefined) return { Policy: await awsPolicyUse(identity, account, builtIn) };
      return {
        Policy: policyShape(account, (await requireManagedPolicy(identity, account, input.PolicyArn)).row),
      };
    },
  };
}
