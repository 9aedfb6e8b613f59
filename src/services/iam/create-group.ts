import { createGroup as createGroupInStore } from '../../identity/groups.ts';
import type { Identity } from '../../identity/identity.ts';
import { accountOf, onNew } from './access.ts';
import { defined } from './defined.ts';
import type { IamOperation } from './operation.ts';
import { groupShape } from './shapes.ts';

export function createGroup(identity: Identity): IamOperation<'CreateGroup'> {
  return {
    access: (input, call) => onNew(call, 'group', input.Path, input.GroupName),
    handle: async (input, call) => {
      const account = accountOf(call);
      const row = await createGroupInStore(identity, account, {
        groupName: input.GroupName,
        ...defined({ path: input.Path }),
      });
      return { Group: groupShape(account, row) };
    },
  };
}
