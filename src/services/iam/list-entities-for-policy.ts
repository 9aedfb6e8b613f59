import { awsManagedPolicy } from '../../identity/aws-managed-policies.ts';
import type { Identity } from '../../identity/identity.ts';
import { requireManagedPolicy } from '../../identity/managed-policies.ts';
import { accountOf, onPolicy } from './access.ts';
import { holdersOf } from './aws-policy-use.ts';
import type { IamOperation } from './operation.ts';
import { pageOf } from './page.ts';

export function listEntitiesForPolicy(identity: Identity): IamOperation<'ListEntitiesForPolicy'> {
  return {
    access: (input, call) => onPolicy(identity, call, input.PolicyArn),
    handle: async (input, call) => {
      const account = accountOf(call);
      if (awsManagedPolicy(input.PolicyArn) === undefined)
        await requireManagedPolicy(identity, account, input.PolicyArn);
      const holders = await holdersOf(
        identity,
        account,
        input.PolicyArn,
        input.PolicyUsageFilter ?? 'PermissionsPolicy',
      );
      const wanted = holders.filter(
        ({ kind, path }) =>
          (input.EntityFilter === undefined || input.EntityFilter.toLowerCase() === kind) &&
          path.startsWith(input.PathPrefix ?? '/'),
      );
      const { items, position } = pageOf(wanted, ({ kind, name }) => `${kind}/${name}`, input);
      return {
        PolicyUsers: items.flatMap(({ kind, name, id }) =>
          kind === 'user' ? [{ UserName: name, UserId: id }] : [],
        ),
        PolicyGroups: items.flatMap(({ kind, name, id }) =>
          kind === 'group' ? [{ GroupName: name, GroupId: id }] : [],
        ),
        PolicyRoles: items.flatMap(({ kind, name, id }) =>
          kind === 'role' ? [{ RoleName: name, RoleId: id }] : [],
        ),
        ...position,
      };
    },
  };
}
