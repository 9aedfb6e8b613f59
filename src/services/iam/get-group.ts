import { requireEntity } from '../../identity/entities.ts';
import { usersOfGroup } from '../../identity/groups.ts';
import type { Identity } from '../../identity/identity.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';
import { pageOf } from './page.ts';
import { groupShape, listedUser } from './shapes.ts';

export function getGroup(identity: Identity): IamOperation<'GetGroup'> {
  return {
    access: (input, call) => onEntity(identity, call, 'group', input.GroupName),
    handle: async (input, call) => {
      const account = accountOf(call);
      const { row } = await requireEntity(identity, 'group', account, input.GroupName);
      const users = await usersOfGroup(identity, account, row);
      const { items, position } = pageOf(users, (user) => user.userName.toLowerCase(), input);
      return {
        Group: groupShape(account, row),
        Users: items.map((user) => listedUser(account, user)),
        ...position,
      };
    },
  };
}
