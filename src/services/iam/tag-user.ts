import { mergedTags } from '../../identity/checked-input.ts';
import { changeEntity } from '../../identity/entities.ts';
import type { Identity } from '../../identity/identity.ts';
import { requestTags } from '../request-tags.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';

export function tagUser(identity: Identity): IamOperation<'TagUser'> {
  return {
    access: (input, call) => onEntity(identity, call, 'user', input.UserName, requestTags(input.Tags)),
    handle: async (input, call) => {
      await changeEntity(identity, 'user', accountOf(call), input.UserName, (row) => ({
        ...row,
        tags: mergedTags(row.tags, input.Tags),
      }));
      return {};
    },
  };
}
