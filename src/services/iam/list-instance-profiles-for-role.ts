import { requireEntity } from '../../identity/entities.ts';
import type { Identity } from '../../identity/identity.ts';
import { accountOf, onEntity } from './access.ts';
import type { IamOperation } from './operation.ts';

/** There are no instances here, so no profiles either; Terraform asks before it deletes a role. */
export function listInstanceProfilesForRole(identity: Identity): IamOperation<'ListInstanceProfilesForRole'> {
  return {
    access: (input, call) => onEntity(identity, call, 'role', input.RoleName),
    handle: async (input, call) => {
      await requireEntity(identity, 'role', accountOf(call), input.RoleName);
      return { InstanceProfiles: [], IsTruncated: false };
    },
  };
}
