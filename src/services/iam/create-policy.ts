import type { Identity } from '../../identity/identity.ts';
import { createManagedPolicy } from '../../identity/managed-policies.ts';
import { requestTags } from '../request-tags.ts';
import { accountOf, onNew } from './access.ts';
import { defined } from './defined.ts';
import type { IamOperation } from './operation.ts';
import { policyShape } from './shapes.ts';

export function createPolicy(identity: Identity): IamOperation<'CreatePolicy'> {
  return {
    access: (input, call) => onNew(call, 'policy', input.Path, input.PolicyName, requestTags(input.Tags)),
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
