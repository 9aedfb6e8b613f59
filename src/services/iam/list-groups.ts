import { listEntities } from '../../identity/entities.ts';
import type { Identity } from '../../identity/identity.ts';
import { accountOf, onAll } from './access.ts';
import type { IamOperation } from './operation.ts';
import { pageOf } from './page.ts';
import { groupShape } from './shapes.ts';

export function listGroups(identity: Identity): IamOperation<'ListGroups'> {
  return {
    access: (input, call) => onAll(call, 'group', input.PathPrefix),
    handle: async (input, call) => {
      const account = accountOf(call);
      const rows = (await listEntities(identity, 'group', account)).filter((row) =>
        row.path.startsWith(input.PathPrefix ?? '/'),
      );
      const { items, position } = pageOf(rows, (row) => row.groupName.toLowerCase(), input);
      return { Groups: items.map((row) => groupShape(account, row)), ...position };
    },
  };
}
