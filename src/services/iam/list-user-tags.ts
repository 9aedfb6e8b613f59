import { requireEntity } from '../../identity/entities.ts';
import type { Identity } from '../../identity/identity.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';
import { pageOf } from './page.ts';
import { tagShapes } from './shapes.ts';

export function listUserTags(identity: Identity): IamOperation<'ListUserTags'> {
  return {
    access: (input, call) => onEntity(identity, call, 'user', input.UserName),
    handle: async (input, call) => {
      const { row } = await requireEntity(identity, 'user', accountOf(call), input.UserName);
      const { items, position } = pageOf(row.tags, ([key]) => key, input);
      return { Tags: tagShapes(items), ...position };
    },
  };
}
