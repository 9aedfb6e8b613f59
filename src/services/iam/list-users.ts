import { listEntities } from '../../identity/entities.ts';
import type { Identity } from '../../identity/identity.ts';
import { accountOf, onAll } from './access.ts';
import type { IamOperation } from './operation.ts';
import { pageOf } from './page.ts';
import { listedUser } from './shapes.ts';

export function listUsers(identity: Identity): IamOperation<'ListUsers'> {
  return {
    access: (input, call) => onAll(call, 'user', input.PathPrefix),
    handle: async (input, call) => {
      const account = accountOf(call);
      const rows = (await listEntities(identity, 'user', account)).filter((row) =>
        row.path.startsWith(input.PathPrefix ?? '/'),
      );
      const { items, position } = pageOf(rows, (row) => row.userName.toLowerCase(), input);
      return { Users: items.map((row) => listedUser(account, row)), ...position };
    },
  };
}
