import type { Identity } from '../../identity/identity.ts';
import { putInlinePolicy } from '../../identity/inline-policies.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';

export function putGroupPolicy(identity: Identity): IamOperation<'PutGroupPolicy'> {
  return {
    access: (input, call) => onEntity(identity, call, 'group', input.GroupName),
    handle: async (input, call) => {
      await putInlinePolicy(
        identity,
        'group',
        accountOf(call),
        input.GroupName,
        input.PolicyName,
        input.PolicyDocument,
      );
      return {};
    },
  };
}
