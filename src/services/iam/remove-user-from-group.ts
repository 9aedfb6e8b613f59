import { removeUserFromGroup as removeUserFromGroupInStore } from '../../identity/groups.ts';
import type { Identity } from '../../identity/identity.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';

export function removeUserFromGroup(identity: Identity): IamOperation<'RemoveUserFromGroup'> {
  return {
    access: (input, call) => onEntity(identity, call, 'group', input.GroupName),
    handle: async (input, call) => {
      await removeUserFromGroupInStore(identity, accountOf(call), input.GroupName, input.UserName);
      return {};
    },
  };
}
