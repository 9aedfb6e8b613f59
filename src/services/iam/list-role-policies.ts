import { requireEntity } from '../../identity/entities.ts';
import type { Identity } from '../../identity/identity.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';
import { pageOf } from './page.ts';

export function listRolePolicies(identity: Identity): IamOperation<'ListRolePolicies'> {
  return {
    access: (input, call) => onEntity(identity, call, 'role', input.RoleName),
    handle: async (input, call) => {
      const { row } = await requireEntity(identity, 'role', accountOf(call), input.RoleName);
      const { items, position } = pageOf(Object.keys(row.inlinePolicies), (name) => name, input);
      return { PolicyNames: items, ...position };
    },
  };
}
