import { tagsWithout } from '../../identity/checked-input.ts';
import { changeEntity } from '../../identity/entities.ts';
import type { Identity } from '../../identity/identity.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';

export function untagUser(identity: Identity): IamOperation<'UntagUser'> {
  return {
    access: (input, call) =>
      onEntity(identity, call, 'user', input.UserName, { 'aws:TagKeys': input.TagKeys }),
    handle: async (input, call) => {
      await changeEntity(identity, 'user', accountOf(call), input.UserName, (row) => ({
        ...row,
        tags: tagsWithout(row.tags, input.TagKeys),
      }));
      return {};
    },
  };
}
