import { attachPolicy } from '../../identity/attached-policies.ts';
import type { Identity } from '../../identity/identity.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';

export function attachGroupPolicy(identity: Identity): IamOperation<'AttachGroupPolicy'> {
  return {
    access: (input, call) =>
      onEntity(identity, call, 'group', input.GroupName, { 'iam:PolicyARN': input.PolicyArn }),
    handle: async (input, call) => {
      await attachPolicy(identity, 'group', accountOf(call), input.GroupName, input.PolicyArn);
      return {};
    },
  };
}
