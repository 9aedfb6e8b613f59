import { authorizationRegionWrong, queryRegionWrong } from '../../errors/signatures.ts';
import type { AuthType, CredentialScope } from './authenticated.ts';

export const TERMINATOR = 'aws4_request';

/** The `Credential` of a signature: `KEY/yyyyMMdd/region/service/aws4_request`. */
export interface SigningCredentialText {
  readonly accessKeyId: string;
  /** All of it, as it was given. */
  readonly text: string;
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
    text,
    scope: { date, region, service },
    scopeText: text.slice(accessKeyId.length + 1),
    terminator,
  };
}

/** The service that a request was signed for, without verifying anything: the listener chooses by it which service
 * answers. Undefined when the request carries no credential. */
export function serviceOfCredential(authorization: string | undefined, rawUrl: string): string | undefined {
  const inHeader = authorization === undefined ? undefined : textAfter(authorization, 'Credential=', ',');
  if (inHeader !== undefined) return serviceOf(inHeader.trim());
  const query = rawUrl.indexOf('?');
  const inQuery = query === -1 ? undefined : textAfter(rawUrl.slice(query), 'X-Amz-Credential=', '&');
  return inQuery === undefined ? undefined : serviceOf(inQuery.replaceAll(/%2f/gi, '/'));
}

function textAfter(text: string, name: string, end: string): string | undefined {
  const at = text.indexOf(name);
  if (at === -1) return undefined;
  const from = at + name.length;
  const to = text.indexOf(end, from);
  return text.slice(from, to === -1 ? text.length : to);
}

function serviceOf(credential: string): string | undefined {
  const terminator = credential.lastIndexOf('/');
  const service = credential.lastIndexOf('/', terminator - 1);
  return service === -1 || service + 1 >= terminator ? undefined : credential.slice(service + 1, terminator);
}

/** Throws AuthorizationHeaderMalformed or AuthorizationQueryParametersError, naming the right region, when the scope names
 * another. */
export function checkScopeRegion(scope: CredentialScope, expectedRegion: string, authType: AuthType): void {
  if (scope.region === expectedRegion) return;
  throw authType === 'REST-HEADER'
    ? authorizationRegionWrong(scope.region, expectedRegion)
    : queryRegionWrong(scope.region, expectedRegion);
}
