import { requireEntity } from '../../identity/entities.ts';
import type { Identity } from '../../identity/identity.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';
import { pageOf } from './page.ts';

export function listGroupPolicies(identity: Identity): IamOperation<'ListGroupPolicies'> {
  return {
    access: (input, call) => onEntity(identity, call, 'group', input.GroupName),
    handle: async (input, call) => {
      const { row } = await requireEntity(identity, 'group', accountOf(call), input.GroupName);
      const { items, position } = pageOf(Object.keys(row.inlinePolicies), (name) => name, input);
      return { PolicyNames: items, ...position };
    },
  };
}
