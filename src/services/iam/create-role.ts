import type { Identity } from '../../identity/identity.ts';
import { createRole as createRoleInStore } from '../../identity/roles.ts';
import { accountOf, onNewTagged, requestBoundary } from './access.ts';
import { defined } from './defined.ts';
import type { IamOperation } from './operation.ts';
import { roleShape } from './shapes.ts';

export function createRole(identity: Identity): IamOperation<'CreateRole'> {
  return {
    access: (input, call) =>
      onNewTagged(call, 'role', input, input.RoleName, requestBoundary(input.PermissionsBoundary)),
    handle: async (input, call) => {
      const account = accountOf(call);
      const row = await createRoleInStore(identity, account, {
        roleName: input.RoleName,
        trustPolicy: input.AssumeRolePolicyDocument,
        ...defined({
          path: input.Path,
          description: input.Description,
          maxSessionSeconds: input.MaxSessionDuration,
          permissionsBoundary: input.PermissionsBoundary,
          tags: input.Tags,
        }),
      });
      return { Role: roleShape(account, row) };
    },
  };
}
