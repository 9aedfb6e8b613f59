import { detachPolicy } from '../../identity/attached-policies.ts';
import type { Identity } from '../../identity/identity.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';

export function detachGroupPolicy(identity: Identity): IamOperation<'DetachGroupPolicy'> {
  return {
    access: (input, call) =>
      onEntity(identity, call, 'group', input.GroupName, { 'iam:PolicyARN': input.PolicyArn }),
    handle: async (input, call) => {
      await detachPolicy(identity, 'group', accountOf(call), input.GroupName, input.PolicyArn);
      return {};
    },
  };
}
