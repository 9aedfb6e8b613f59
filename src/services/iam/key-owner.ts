import { iamValidationError } from '../../errors/iam.ts';
import type { KeyOwner } from '../../identity/access-keys.ts';
import { accountOf, namedUser } from './access.ts';
import type { IamCall } from './operation.ts';

/** Whose access keys a call means: the named user's, or the caller's own, be it a user or the root.
 * @throws AwsError ValidationError for a role session that names nobody */
export function keyOwner(call: IamCall, userName: string | undefined): KeyOwner {
  const account = accountOf(call);
  const name = namedUser(call, userName);
  if (name !== undefined) return { account, userName: name };
  if (call.caller.kind === 'role-session') {
    throw iamValidationError('Must specify userName when calling with non-User credentials');
  }
  return { account };
}
