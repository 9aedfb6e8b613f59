import { listAccessKeys as listAccessKeysInStore } from '../../identity/access-keys.ts';
import type { Identity } from '../../identity/identity.ts';
import { onUserOrRoot } from './access.ts';
import { keyOwner } from './key-owner.ts';
import type { IamOperation } from './operation.ts';
import { pageOf } from './page.ts';
import { secondsDate } from './shapes.ts';

export function listAccessKeys(identity: Identity): IamOperation<'ListAccessKeys'> {
  return {
    access: (input, call) => onUserOrRoot(identity, call, input.UserName),
    handle: async (input, call) => {
      const owner = keyOwner(call, input.UserName);
      const keys = await listAccessKeysInStore(identity, owner);
      const { items, position } = pageOf(keys, (key) => key.accessKeyId, input);
      return {
        AccessKeyMetadata: items.map((key) => ({
          UserName: owner.userName ?? '',
          AccessKeyId: key.accessKeyId,
          Status: key.status,
          CreateDate: secondsDate(key.createdAtMs),
        })),
        ...position,
      };
    },
  };
}
