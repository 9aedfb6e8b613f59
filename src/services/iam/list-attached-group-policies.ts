import { requireEntity } from '../../identity/entities.ts';
import type { Identity } from '../../identity/identity.ts';
import { accountOf, onEntity } from './access.ts';
import { attachedShapes } from './attached-shapes.ts';
import type { IamOperation } from './operation.ts';
import { pageOf } from './page.ts';

export function listAttachedGroupPolicies(identity: Identity): IamOperation<'ListAttachedGroupPolicies'> {
  return {
    access: (input, call) => onEntity(identity, call, 'group', input.GroupName),
    handle: async (input, call) => {
      const { row } = await requireEntity(identity, 'group', accountOf(call), input.GroupName);
      const { items, position } = pageOf(
        attachedShapes(row, input.PathPrefix),
        ({ PolicyArn }) => PolicyArn,
        input,
      );
      return { AttachedPolicies: items, ...position };
    },
  };
}
