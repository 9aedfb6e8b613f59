import { invalidUri } from '../../errors/s3.ts';
import { ALGORITHM, ASYMMETRIC_ALGORITHM, type SignatureClaim } from './authorization-header.ts';
import { type QueryParameter, queryParameters } from './canonical-request.ts';
import type { Refusals } from './refusals.ts';
import { parseAmzDate } from './request-time.ts';
import { parseCredential } from './scope.ts';

/** Seven days: the life of a signing key at AWS. */
export const EXPIRES_SECONDS_MAX = 604_800;
/** What services other than S3 grant a presigned request that does not say. */
const EXPIRES_SECONDS_DEFAULT = 900;

const REQUIRED_MESSAGE =
  'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.';

export interface PresignedClaim extends SignatureClaim {
  /** yyyyMMddTHHmmssZ */
  readonly amzDate: string;
  readonly signedAt: number;
  readonly expiresSeconds: number;
  readonly sessionToken: string | undefined;
  /** X-Amz-Content-Sha256 of the URL. */
  readonly contentSha256: string | undefined;
  /** All parameters but the signature: what the signature covers. */
  readonly covered: readonly QueryParameter[];
}

/** Whether a query claims a version 4 signature, complete or not. */
export function looksPresigned(query: string): boolean {
  return query.includes('X-Amz-') && /(?:^|&)X-Amz-(?:Algorithm|Credential|Signature)=/.test(query);
}

/** Whether a query claims a version 2 signature. */
export function looksPresignedVersion2(query: string): boolean {
  return query.includes('Signature=') && /(?:^|&)(?:Signature|AWSAccessKeyId)=/.test(query);
}

/** Reads the X-Amz-* parameters. Each may come once. */
export function parsePresigned(
  parameters: readonly QueryParameter[],
  refuse: Refusals,
  expiresRequired: boolean,
): PresignedClaim {
  const values = new Map<string, string>();
  for (const { name, value } of parameters) {
    if (!name.startsWith('X-Amz-')) continue;
    if (values.has(name)) throw refuse.queryParameter(`${name} must be given once`);
    values.set(name, decoded(value));
  }
  const algorithm = values.get('X-Amz-Algorithm');
  const credentialText = values.get('X-Amz-Credential');
  const signature = values.get('X-Amz-Signature');
  const amzDate = values.get('X-Amz-Date');
  const signedHeaders = values.get('X-Amz-SignedHeaders');
  const expires =
    values.get('X-Amz-Expires') ?? (expiresRequired ? undefined : String(EXPIRES_SECONDS_DEFAULT));
  if (!algorithm || !credentialText || !signature || !amzDate || !signedHeaders || !expires) {
    throw refuse.queryParameter(REQUIRED_MESSAGE);
  }
  if (algorithm === ASYMMETRIC_ALGORITHM) throw refuse.unsupportedScheme(algorithm);
  if (algorithm !== ALGORITHM) throw refuse.queryParameter(`X-Amz-Algorithm only supports "${ALGORITHM}"`);
  const credential = parseCredential(credentialText);
  if (credential === undefined) throw refuse.credentialMalformed('query');
  const signedAt = parseAmzDate(amzDate);
  if (signedAt === undefined) {
    throw refuse.queryParameter("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  }
  return {
    credential,
    signedHeaders: signedHeaders.toLowerCase().split(';'),
    signature,
    amzDate,
    signedAt,
    expiresSeconds: parseExpires(expires, refuse),
    sessionToken: values.get('X-Amz-Security-Token'),
    contentSha256: values.get('X-Amz-Content-Sha256'),
    covered: parameters.filter(({ name }) => name !== 'X-Amz-Signature'),
  };
}

function parseExpires(text: string, refuse: Refusals): number {
  if (!/^-?\d+$/.test(text)) throw refuse.queryParameter('X-Amz-Expires should be a number');
  const seconds = Number(text);
  if (seconds < 0) throw refuse.queryParameter('X-Amz-Expires must be non-negative');
  if (seconds > EXPIRES_SECONDS_MAX) {
    throw refuse.queryParameter(
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    );
  }
  return seconds;
}

/** Of a value in canonical encoding; what is not UTF-8 stays encoded. */
function decoded(value: string): string {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** SDKs move x-amz-* headers into the query of a URL that they presign; S3 obeys them there as headers. A header that
 * was really sent wins; what belongs to the signature itself stays out. */
export function withHoistedHeaders(
  rawUrl: string,
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  if (!/[?&]X-Amz-Signature=/.test(rawUrl)) return headers;
  const hoisted: Record<string, string> = {};
  for (const { name, value } of queryParameters(rawUrl.slice(rawUrl.indexOf('?') + 1))) {
    const lower = name.toLowerCase();
    if (lower.startsWith('x-amz-') && !SIGNATURE_PARAMETERS.has(lower)) hoisted[lower] = headerText(value);
  }
  return { ...hoisted, ...headers };
}

/** As node delivers header values: one character a byte. Throws InvalidURI for what no header could carry. */
function headerText(value: string): string {
  const text = Buffer.from(decoded(value), 'utf8').toString('latin1');
  // oxlint-disable-next-line no-control-regex -- these are what is looked for.
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(text)) throw invalidUri(value);
  return text;
}

const SIGNATURE_PARAMETERS = new Set([
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-signature',
  'x-amz-date',
  'x-amz-signedheaders',
  'x-amz-expires',
  'x-amz-security-token',
  'x-amz-content-sha256',
]);
