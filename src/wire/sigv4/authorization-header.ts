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

const KNOWN = new Set(['Credential', 'SignedHeaders', 'Signature']);

/** Reads an `AWS4-HMAC-SHA256` Authorization header. Spaces around the components are tolerated, their order is
 * free, repetition is not. */
export function parseAuthorizationHeader(header: string, refuse: Refusals): SignatureClaim {
  if (!header.startsWith(ALGORITHM)) throw refuse.unsupportedScheme(schemeOf(header));
  let credentialText: string | undefined;
  let signedHeaders: string | undefined;
  let signature: string | undefined;
  const others: string[] = [];
  for (let start = ALGORITHM.length; start <= header.length; ) {
    const comma = header.indexOf(',', start);
    const end = comma === -1 ? header.length : comma;
    const equals = header.indexOf('=', start);
    if (equals === -1 || equals >= end) throw refuse.componentsMissing();
    const name = header.slice(start, equals).trim();
    const value = header.slice(equals + 1, end).trim();
    if (name === 'Credential' && credentialText === undefined) credentialText = value;
    else if (name === 'SignedHeaders' && signedHeaders === undefined) signedHeaders = value;
    else if (name === 'Signature' && signature === undefined) signature = value;
    else if (name === '' || KNOWN.has(name) || others.includes(name)) throw refuse.componentsMissing();
    else others.push(name);
    start = end + 1;
  }
  if (credentialText === undefined || !signedHeaders || !signature) throw refuse.componentsMissing();
  const credential = parseCredential(credentialText);
  if (credential === undefined) throw refuse.credentialMalformed('header');
  return { credential, signedHeaders: signedHeaders.toLowerCase().split(';'), signature };
}

function schemeOf(header: string): string {
  const space = header.search(/[\s,]/);
  return space === -1 ? header : header.slice(0, space);
}
