import { attachPolicy } from '../../identity/attached-policies.ts';
import type { Identity } from '../../identity/identity.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';

export function attachUserPolicy(identity: Identity): IamOperation<'AttachUserPolicy'> {
  return {
    access: (input, call) =>
      onEntity(identity, call, 'user', input.UserName, { 'iam:PolicyARN': input.PolicyArn }),
    handle: async (input, call) => {
      await attachPolicy(identity, 'user', accountOf(call), input.UserName, input.PolicyArn);
      return {};
    },
  };
}
