import { iamValidationError } from '../../errors/iam.ts';
import { requireAccount } from '../../identity/accounts.ts';
import { rootArn } from '../../identity/arn.ts';
import { requireEntity } from '../../identity/entities.ts';
import type { Identity } from '../../identity/identity.ts';
import { accountOf, namedUser, onUserOrRoot } from './access.ts';
import type { IamOperation } from './operation.ts';
import { secondsDate, userShape } from './shapes.ts';

/** Without a name: the caller itself, also when that is the root of the account. */
export function getUser(identity: Identity): IamOperation<'GetUser'> {
  return {
    access: (input, call) => onUserOrRoot(identity, call, input.UserName),
    handle: async (input, call) => {
      const account = accountOf(call);
      const name = namedUser(call, input.UserName);
      if (name !== undefined) {
        return { User: userShape(account, (await requireEntity(identity, 'user', account, name)).row) };
      }
      if (call.caller.kind === 'role-session')
        throw iamValidationError('Must specify userName when calling with non-User credentials');
      const { row } = await requireAccount(identity, account);
      return {
        User: {
          Path: '/',
          UserName: row.name,
          UserId: account,
          Arn: rootArn(account),
          CreateDate: secondsDate(row.createdAtMs),
        },
      };
    },
  };
}
