import type { Identity } from '../../identity/identity.ts';
import { getInlinePolicy } from '../../identity/inline-policies.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';
import { encodedDocument } from './shapes.ts';

export function getRolePolicy(identity: Identity): IamOperation<'GetRolePolicy'> {
  return {
    access: (input, call) => onEntity(identity, call, 'role', input.RoleName),
    handle: async (input, call) => {
      const document = await getInlinePolicy(
        identity,
        'role',
        accountOf(call),
        input.RoleName,
        input.PolicyName,
      );
      return {
        RoleName: input.RoleName,
        PolicyName: input.PolicyName,
        PolicyDocument: encodedDocument(document),
      };
    },
  };
}
