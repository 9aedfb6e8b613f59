import type { Identity } from '../../identity/identity.ts';
import { putInlinePolicy } from '../../identity/inline-policies.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';

export function putRolePolicy(identity: Identity): IamOperation<'PutRolePolicy'> {
  return {
    access: (input, call) => onEntity(identity, call, 'role', input.RoleName),
    handle: async (input, call) => {
      await putInlinePolicy(
        identity,
        'role',
        accountOf(call),
        input.RoleName,
        input.PolicyName,
        input.PolicyDocument,
      );
      return {};
    },
  };
}
