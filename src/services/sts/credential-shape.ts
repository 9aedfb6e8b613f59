import type { Credentials } from '@aws-sdk/client-sts';
import type { SessionCredentials } from '../../identity/assume-role.ts';

export function credentialShape(credentials: SessionCredentials): Credentials {
  return {
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    SessionToken: credentials.sessionToken,
    Expiration: new Date(credentials.expiresAtMs),
  };
}
