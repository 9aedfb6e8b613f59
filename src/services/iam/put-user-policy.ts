import type { Identity } from '../../identity/identity.ts';
import { putInlinePolicy } from '../../identity/inline-policies.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';

export function putUserPolicy(identity: Identity): IamOperation<'PutUserPolicy'> {
  return {
    access: (input, call) => onEntity(identity, call, 'user', input.UserName),
    handle: async (input, call) => {
      await putInlinePolicy(
        identity,
        'user',
        accountOf(call),
        input.UserName,
        input.PolicyName,
        input.PolicyDocument,
      );
      return {};
    },
  };
}
