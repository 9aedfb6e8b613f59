import { listEntities, requireEntity } from '../../identity/entities.ts';
import type { Identity } from '../../identity/identity.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';
import { pageOf } from './page.ts';
import { groupShape } from './shapes.ts';

export function listGroupsForUser(identity: Identity): IamOperation<'ListGroupsForUser'> {
  return {
    access: (input, call) => onEntity(identity, call, 'user', input.UserName),
    handle: async (input, call) => {
      const account = accountOf(call);
      const { row } = await requireEntity(identity, 'user', account, input.UserName);
      const groups = (await listEntities(identity, 'group', account)).filter((group) =>
        row.groups.includes(group.groupName),
      );
      const { items, position } = pageOf(groups, (group) => group.groupName.toLowerCase(), input);
      return { Groups: items.map((group) => groupShape(account, group)), ...position };
    },
  };
}
