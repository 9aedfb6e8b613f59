import type { Identity } from '../../identity/identity.ts';
import { onUserOrRoot } from './access.ts';
import type { IamOperation } from './operation.ts';

/** None can be made here: truthfully empty. Clients ask before they delete a user. */
export function listSigningCertificates(identity: Identity): IamOperation<'ListSigningCertificates'> {
  return {
    access: (input, call) => onUserOrRoot(identity, call, input.UserName),
    handle: async () => ({ Certificates: [], IsTruncated: false }),
  };
}
