import { mergedTags } from '../../identity/checked-input.ts';
import type { Identity } from '../../identity/identity.ts';
import { changeManagedPolicy } from '../../identity/managed-policies.ts';
import { requestTags } from '../request-tags.ts';
import { accountOf, onPolicy } from './access.ts';
import type { IamOperation } from './operation.ts';

export function tagPolicy(identity: Identity): IamOperation<'TagPolicy'> {
  return {
    access: (input, call) => onPolicy(identity, call, input.PolicyArn, requestTags(input.Tags)),
    handle: async (input, call) => {
      await changeManagedPolicy(identity, accountOf(call), input.PolicyArn, (row) => ({
        ...row,
        tags: mergedTags(row.tags, input.Tags),
      }));
      return {};
    },
  };
}
