import { stsAccessDenied, stsNotImplemented, stsValidationError } from '../../errors/sts.ts';
import { issueSessionCredentials } from '../../identity/assume-role.ts';
import type { Identity } from '../../identity/identity.ts';
import {
  ROOT_SESSION_SECONDS_MAX,
  SESSION_SECONDS_MIN,
  USER_SESSION_SECONDS_DEFAULT,
  USER_SESSION_SECONDS_MAX,
} from '../../identity/limits.ts';
import { credentialShape } from './credential-shape.ts';
import { refuseMinimumTokenSize } from './minimum-token-size.ts';
import type { StsOperation } from './operation.ts';

/** Temporary keys of the caller itself. AWS asks for no permission, and gives none to those who are temporary
 * already. */
export function getSessionToken(identity: Identity): StsOperation<'GetSessionToken'> {
  return {
    access: () => [],
    handle: async (input, call) => {
      if (input.SerialNumber !== undefined || input.TokenCode !== undefined) {
        throw stsNotImplemented('GetSessionToken with SerialNumber or TokenCode');
      }
      refuseMinimumTokenSize('GetSessionToken', input);
      const { caller } = call;
      if ((caller.kind !== 'user' && caller.kind !== 'root') || caller.temporary === true) {
        throw stsAccessDenied('Cannot call GetSessionToken with session credentials');
      }
      const seconds = input.DurationSeconds ?? USER_SESSION_SECONDS_DEFAULT;
      if (seconds < SESSION_SECONDS_MIN || seconds > USER_SESSION_SECONDS_MAX) {
        throw stsValidationError(
          `1 validation error detected: Value '${seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value between ${SESSION_SECONDS_MIN} and ${USER_SESSION_SECONDS_MAX}`,
        );
      }
      // AWS shortens a root's session instead of refusing it.
      const granted = caller.kind === 'root' ? Math.min(seconds, ROOT_SESSION_SECONDS_MAX) : seconds;
      return { Credentials: credentialShape(issueSessionCredentials(identity, caller, granted)) };
    },
  };
}
