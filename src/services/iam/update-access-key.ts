import { iamValidationError } from '../../errors/iam.ts';
import { updateAccessKey as updateAccessKeyInStore } from '../../identity/access-keys.ts';
import type { Identity } from '../../identity/identity.ts';
import { onUserOrRoot } from './access.ts';
import { keyOwner } from './key-owner.ts';
import type { IamOperation } from './operation.ts';

export function updateAccessKey(identity: Identity): IamOperation<'UpdateAccessKey'> {
  return {
    access: (input, call) => onUserOrRoot(identity, call, input.UserName),
    handle: async (input, call) => {
      if (input.Status !== 'Active' && input.Status !== 'Inactive') {
        throw iamValidationError(`The status ${input.Status} of an access key is invalid.`);
      }
      await updateAccessKeyInStore(identity, keyOwner(call, input.UserName), input.AccessKeyId, input.Status);
      return {};
    },
  };
}
