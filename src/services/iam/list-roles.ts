import { listEntities } from '../../identity/entities.ts';
import type { Identity } from '../../identity/identity.ts';
import { accountOf, onAll } from './access.ts';
import type { IamOperation } from './operation.ts';
import { pageOf } from './page.ts';
import { listedRole } from './shapes.ts';

export function listRoles(identity: Identity): IamOperation<'ListRoles'> {
  return {
    access: (input, call) => onAll(call, 'role', input.PathPrefix),
    handle: async (input, call) => {
      const account = accountOf(call);
      const rows = (await listEntities(identity, 'role', account)).filter((row) =>
        row.path.startsWith(input.PathPrefix ?? '/'),
      );
      const { items, position } = pageOf(rows, (row) => row.roleName.toLowerCase(), input);
      return { Roles: items.map((row) => listedRole(account, row)), ...position };
    },
  };
}
