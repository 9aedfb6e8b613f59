import * as sts from '@aws-sdk/client-sts';
import type { Identity } from '../../identity/identity.ts';
import type { Principal } from '../../policy/types.ts';
import { defineService } from '../../wire/definition.ts';
import { assumeRole } from './assume-role.ts';
import { getCallerIdentity } from './get-caller-identity.ts';
import { getSessionToken } from './get-session-token.ts';

/** The STS service; what is not listed answers NotImplemented. */
export function stsService(identity: Identity) {
  const operations = {
    AssumeRole: assumeRole(identity),
    GetCallerIdentity: getCallerIdentity(),
    GetSessionToken: getSessionToken(identity),
  };
  return defineService<Principal>()({
    name: 'sts',
    sdk: sts,
    protocol: 'aws-query',
    handlers: {
      AssumeRole: operations.AssumeRole.handle,
      GetCallerIdentity: operations.GetCallerIdentity.handle,
      GetSessionToken: operations.GetSessionToken.handle,
    },
    access: {
      AssumeRole: operations.AssumeRole.access,
      GetCallerIdentity: operations.GetCallerIdentity.access,
      GetSessionToken: operations.GetSessionToken.access,
    },
  });
}
