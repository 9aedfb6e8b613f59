import { requireEntity } from '../../identity/entities.ts';
import type { Identity } from '../../identity/identity.ts';
import { accountOf, onEntity } from './access.ts';
import { attachedShapes } from './attached-shapes.ts';
import type { IamOperation } from './operation.ts';
import { pageOf } from './page.ts';

export function listAttachedUserPolicies(identity: Identity): IamOperation<'ListAttachedUserPolicies'> {
  return {
    access: (input, call) => onEntity(identity, call, 'user', input.UserName),
    handle: async (input, call) => {
      const { row } = await requireEntity(identity, 'user', accountOf(call), input.UserName);
      const { items, position } = pageOf(
        attachedShapes(row, input.PathPrefix),
        ({ PolicyArn }) => PolicyArn,
        input,
      );
      return { AttachedPolicies: items, ...position };
    },
  };
}
