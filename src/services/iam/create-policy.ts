import type { Identity } from '../../identity/identity.ts';
import { createManagedPolicy } from '../../identity/managed-policies.ts';
import { accountOf, onNewTagged } from './access.ts';
import { defined } from './defined.ts';
import type { IamOperation } from './operation.ts';
import { policyShape } from './shapes.ts';

export function createPolicy(identity: Identity): IamOperation<'CreatePolicy'> {
  return {
    access: (input, call) => onNewTagged(call, 'policy', input, input.PolicyName),
    handle: async (input, call) => {
      const account = accountOf(call);
      const row = await createManagedPolicy(identity, account, {
        policyName: input.PolicyName,
        document: input.PolicyDocument,
        ...defined({ path: input.Path, description: input.Description, tags: input.Tags }),
      });
      return { Policy: policyShape(account, row) };
    },
  };
}
