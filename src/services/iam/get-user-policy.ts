import type { Identity } from '../../identity/identity.ts';
import { getInlinePolicy } from '../../identity/inline-policies.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';
import { encodedDocument } from './shapes.ts';

export function getUserPolicy(identity: Identity): IamOperation<'GetUserPolicy'> {
  return {
    access: (input, call) => onEntity(identity, call, 'user', input.UserName),
    handle: async (input, call) => {
      const document = await getInlinePolicy(
        identity,
        'user',
        accountOf(call),
        input.UserName,
        input.PolicyName,
      );
      return {
        UserName: input.UserName,
        PolicyName: input.PolicyName,
        PolicyDocument: encodedDocument(document),
      };
    },
  };
}
