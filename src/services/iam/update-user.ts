import type { Identity } from '../../identity/identity.ts';
import { updateUser as updateUserInStore } from '../../identity/users.ts';
import { accountOf, onEntity, onNew } from './access.ts';
import { defined } from './defined.ts';
import type { IamOperation } from './operation.ts';

/** AWS asks for iam:UpdateUser on the old and on the new ARN. */
export function updateUser(identity: Identity): IamOperation<'UpdateUser'> {
  return {
    access: async (input, call) => [
      ...(await onEntity(identity, call, 'user', input.UserName)),
      ...(input.NewUserName === undefined && input.NewPath === undefined
        ? []
        : onNew(call, 'user', input.NewPath, input.NewUserName ?? input.UserName)),
    ],
    handle: async (input, call) => {
      await updateUserInStore(
        identity,
        accountOf(call),
        input.UserName,
        defined({ newUserName: input.NewUserName, newPath: input.NewPath }),
      );
      return {};
    },
  };
}
