import { tagsWithout } from '../../identity/checked-input.ts';
import type { Identity } from '../../identity/identity.ts';
import { changeManagedPolicy } from '../../identity/managed-policies.ts';
import { accountOf, onPolicy } from './access.ts';
import type { IamOperation } from './operation.ts';

export function untagPolicy(identity: Identity): IamOperation<'UntagPolicy'> {
  return {
    access: (input, call) => onPolicy(identity, call, input.PolicyArn, { 'aws:TagKeys': input.TagKeys }),
    handle: async (input, call) => {
      await changeManagedPolicy(identity, accountOf(call), input.PolicyArn, (row) => ({
        ...row,
        tags: tagsWithout(row.tags, input.TagKeys),
      }));
      return {};
    },
  };
}
