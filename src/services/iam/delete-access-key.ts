import { deleteAccessKey as deleteAccessKeyInStore } from '../../identity/access-keys.ts';
import type { Identity } from '../../identity/identity.ts';
import { onUserOrRoot } from './access.ts';
import { keyOwner } from './key-owner.ts';
import type { IamOperation } from './operation.ts';

export function deleteAccessKey(identity: Identity): IamOperation<'DeleteAccessKey'> {
  return {
    access: (input, call) => onUserOrRoot(identity, call, input.UserName),
    handle: async (input, call) => {
      await deleteAccessKeyInStore(identity, keyOwner(call, input.UserName), input.AccessKeyId);
      return {};
    },
  };
}
