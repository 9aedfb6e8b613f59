import type { Refusals } from './refusals.ts';
import { parseCredential, type SigningCredentialText } from './scope.ts';

export const ALGORITHM = 'AWS4-HMAC-SHA256';
export const ASYMMETRIC_ALGORITHM = 'AWS4-ECDSA-P256-SHA256';

/** The claim of a signature, from a header or from a URL. */
export interface SignatureClaim {
  readonly credential: SigningCredentialText;
  /** Lower-case names in the order given. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** Reads an `AWS4-HMAC-SHA256` Authorization header. Spaces around the components are tolerated, their order is
 * free, repetition is not. */
export function parseAuthorizationHeader(header: string, refuse: Refusals): SignatureClaim {
  if (!header.startsWith(ALGORITHM)) throw refuse.unsupportedScheme(schemeOf(header));
  const components = new Map<string, string>();
  for (const component of header.slice(ALGORITHM.length).split(',')) {
    const equals = component.indexOf('=');
    const name = component.slice(0, Math.max(equals, 0)).trim();
    if (name === '' || components.has(name)) throw refuse.componentsMissing();
    components.set(name, component.slice(equals + 1).trim());
  }
  const credentialText = components.get('Credential');
  const signedHeaders = components.get('SignedHeaders');
  const signature = components.get('Signature');
  if (credentialText === undefined || !signedHeaders || !signature) throw refuse.componentsMissing();
  const credential = parseCredential(credentialText);
  if (credential === undefined) throw refuse.credentialMalformed('header');
  return { credential, signedHeaders: signedHeaders.toLowerCase().split(';'), signature };
}

function schemeOf(header: string): string {
  const space = header.search(/[\s,]/);
  return space === -1 ? header : header.slice(0, space);
}
