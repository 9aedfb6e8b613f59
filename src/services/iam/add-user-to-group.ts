import { addUserToGroup as addUserToGroupInStore } from '../../identity/groups.ts';
import type { Identity } from '../../identity/identity.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';

export function addUserToGroup(identity: Identity): IamOperation<'AddUserToGroup'> {
  return {
    access: (input, call) => onEntity(identity, call, 'group', input.GroupName),
    handle: async (input, call) => {
      await addUserToGroupInStore(identity, accountOf(call), input.GroupName, input.UserName);
      return {};
    },
  };
}
