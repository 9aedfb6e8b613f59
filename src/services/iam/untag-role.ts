import { tagsWithout } from '../../identity/checked-input.ts';
import { changeEntity } from '../../identity/entities.ts';
import type { Identity } from '../../identity/identity.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';

export function untagRole(identity: Identity): IamOperation<'UntagRole'> {
  return {
    access: (input, call) =>
      onEntity(identity, call, 'role', input.RoleName, { 'aws:TagKeys': input.TagKeys }),
    handle: async (input, call) => {
      await changeEntity(identity, 'role', accountOf(call), input.RoleName, (row) => ({
        ...row,
        tags: tagsWithout(row.tags, input.TagKeys),
      }));
      return {};
    },
  };
}
