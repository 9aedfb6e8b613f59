import { authorizationRegionWrong } from '../../errors/signatures.ts';
import type { CredentialScope } from './authenticated.ts';

export const TERMINATOR = 'aws4_request';

/** The `Credential` of a signature: `KEY/yyyyMMdd/region/service/aws4_request`. */
export interface SigningCredentialText {
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
  /** Everything after the key, as the string to sign has it. */
  readonly scopeText: string;
  readonly terminator: string;
}

/** Undefined unless there are five parts and the first, the date and the service are not empty. The region may be:
 * IAM is global and some clients sign for it with none. */
export function parseCredential(text: string): SigningCredentialText | undefined {
  const parts = text.split('/');
  if (parts.length !== 5) return undefined;
  const [accessKeyId = '', date = '', region = '', service = '', terminator = ''] = parts;
  if (accessKeyId === '' || date === '' || service === '') return undefined;
  return {
    accessKeyId,
    scope: { date, region, service },
    scopeText: text.slice(accessKeyId.length + 1),
    terminator,
  };
}

/** The service that a request was signed for, without verifying anything: the listener chooses by it which service
 * answers. Undefined when the request carries no credential. */
export function serviceOfCredential(authorization: string | undefined, rawUrl: string): string | undefined {
  if (authorization !== undefined) {
    const service = /Credential=[^,\s]*\/([^/,\s]+)\/[^/,\s]*(?:,|\s|$)/.exec(authorization)?.[1];
    if (service !== undefined) return service;
  }
  if (!rawUrl.includes('X-Amz-Credential=')) return undefined;
  return /[?&]X-Amz-Credential=[^&]*?(?:%2F|\/)([^/&%]+)(?:%2F|\/)[^/&%]*(?:&|$)/i.exec(rawUrl)?.[1];
}

/** Throws AuthorizationHeaderMalformed, naming the right region, when the scope names another. */
export function checkScopeRegion(scope: CredentialScope, expectedRegion: string): void {
  if (scope.region !== expectedRegion) throw authorizationRegionWrong(scope.region, expectedRegion);
}
