import { detachPolicy } from '../../identity/attached-policies.ts';
import type { Identity } from '../../identity/identity.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';

export function detachRolePolicy(identity: Identity): IamOperation<'DetachRolePolicy'> {
  return {
    access: (input, call) =>
      onEntity(identity, call, 'role', input.RoleName, { 'iam:PolicyARN': input.PolicyArn }),
    handle: async (input, call) => {
      await detachPolicy(identity, 'role', accountOf(call), input.RoleName, input.PolicyArn);
      return {};
    },
  };
}
