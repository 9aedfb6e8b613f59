import { createAccessKey as createAccessKeyInStore } from '../../identity/access-keys.ts';
import type { Identity } from '../../identity/identity.ts';
import { onUserOrRoot } from './access.ts';
import { keyOwner } from './key-owner.ts';
import type { IamOperation } from './operation.ts';
import { secondsDate } from './shapes.ts';

export function createAccessKey(identity: Identity): IamOperation<'CreateAccessKey'> {
  return {
    access: (input, call) => onUserOrRoot(identity, call, input.UserName),
    handle: async (input, call) => {
      const owner = keyOwner(call, input.UserName);
      const key = await createAccessKeyInStore(identity, owner);
      return {
        AccessKey: {
          UserName: owner.userName ?? '',
          AccessKeyId: key.accessKeyId,
          Status: 'Active',
          SecretAccessKey: key.secretAccessKey,
          CreateDate: secondsDate(key.createdAtMs),
        },
      };
    },
  };
}
