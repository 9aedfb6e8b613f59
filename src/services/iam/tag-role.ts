import { mergedTags } from '../../identity/checked-input.ts';
import { changeEntity } from '../../identity/entities.ts';
import type { Identity } from '../../identity/identity.ts';
import { requestTags } from '../request-tags.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';

export function tagRole(identity: Identity): IamOperation<'TagRole'> {
  return {
    access: (input, call) => onEntity(identity, call, 'role', input.RoleName, requestTags(input.Tags)),
    handle: async (input, call) => {
      await changeEntity(identity, 'role', accountOf(call), input.RoleName, (row) => ({
        ...row,
        tags: mergedTags(row.tags, input.Tags),
      }));
      return {};
    },
  };
}
