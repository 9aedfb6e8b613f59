import type { Identity } from '../../identity/identity.ts';
import { setPermissionsBoundary } from '../../identity/permissions-boundary.ts';
import { accountOf, onEntity, requestBoundary } from './access.ts';
import type { IamOperation } from './operation.ts';

export function putUserPermissionsBoundary(identity: Identity): IamOperation<'PutUserPermissionsBoundary'> {
  return {
    access: (input, call) =>
      onEntity(identity, call, 'user', input.UserName, requestBoundary(input.PermissionsBoundary)),
    handle: async (input, call) => {
      await setPermissionsBoundary(
        identity,
        'user',
        accountOf(call),
        input.UserName,
        input.PermissionsBoundary,
      );
      return {};
    },
  };
}
