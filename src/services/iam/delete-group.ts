import { deleteGroup as deleteGroupInStore } from '../../identity/groups.ts';
import type { Identity } from '../../identity/identity.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';

export function deleteGroup(identity: Identity): IamOperation<'DeleteGroup'> {
  return {
    access: (input, call) => onEntity(identity, call, 'group', input.GroupName),
    handle: async (input, call) => {
      await deleteGroupInStore(identity, accountOf(call), input.GroupName);
      return {};
    },
  };
}
