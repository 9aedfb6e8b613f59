import type { Identity } from '../../identity/identity.ts';
import { getInlinePolicy } from '../../identity/inline-policies.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';
import { encodedDocument } from './shapes.ts';

export function getGroupPolicy(identity: Identity): IamOperation<'GetGroupPolicy'> {
  return {
    access: (input, call) => onEntity(identity, call, 'group', input.GroupName),
    handle: async (input, call) => {
      const document = await getInlinePolicy(
        identity,
        'group',
        accountOf(call),
        input.GroupName,
        input.PolicyName,
      );
      return {
        GroupName: input.GroupName,
        PolicyName: input.PolicyName,
        PolicyDocument: encodedDocument(document),
      };
    },
  };
}
