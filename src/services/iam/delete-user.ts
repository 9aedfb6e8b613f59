import type { Identity } from '../../identity/identity.ts';
import { deleteUser as deleteUserInStore } from '../../identity/users.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';

export function deleteUser(identity: Identity): IamOperation<'DeleteUser'> {
  return {
    access: (input, call) => onEntity(identity, call, 'user', input.UserName),
    handle: async (input, call) => {
      await deleteUserInStore(identity, accountOf(call), input.UserName);
      return {};
    },
  };
}
