import type { Identity } from '../../identity/identity.ts';
import { createUser as createUserInStore } from '../../identity/users.ts';
import { accountOf, onNewTagged, requestBoundary } from './access.ts';
import { defined } from './defined.ts';
import type { IamOperation } from './operation.ts';
import { userShape } from './shapes.ts';

export function createUser(identity: Identity): IamOperation<'CreateUser'> {
  return {
    access: (input, call) =>
      onNewTagged(call, 'user', input, input.UserName, requestBoundary(input.PermissionsBoundary)),
    handle: async (input, call) => {
      const account = accountOf(call);
      const row = await createUserInStore(identity, account, {
        userName: input.UserName,
        ...defined({ path: input.Path, permissionsBoundary: input.PermissionsBoundary, tags: input.Tags }),
      });
      return { User: userShape(account, row) };
    },
  };
}
