import { attachPolicy } from '../../identity/attached-policies.ts';
import type { Identity } from '../../identity/identity.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';

export function attachRolePolicy(identity: Identity): IamOperation<'AttachRolePolicy'> {
  return {
    access: (input, call) =>
      onEntity(identity, call, 'role', input.RoleName, { 'iam:PolicyARN': input.PolicyArn }),
    handle: async (input, call) => {
      await attachPolicy(identity, 'role', accountOf(call), input.RoleName, input.PolicyArn);
      return {};
    },
  };
}
