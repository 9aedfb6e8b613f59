import { noSuchEntity } from '../../errors/iam.ts';
import type { Identity } from '../../identity/identity.ts';
import { onUserOrRoot } from './access.ts';
import type { IamOperation } from './operation.ts';

/** Users sign in with access keys only: nobody has a login profile. */
export function getLoginProfile(identity: Identity): IamOperation<'GetLoginProfile'> {
  return {
    access: (input, call) => onUserOrRoot(identity, call, input.UserName),
    handle: async (input) => {
      throw noSuchEntity(`Login Profile for User ${input.UserName ?? ''} cannot be found.`);
    },
  };
}
