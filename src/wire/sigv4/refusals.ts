import type { AwsError } from '../../errors/aws-error.ts';
import {
  expiredSecurityToken,
  incompleteSignature,
  invalidClientTokenId,
  invalidSignature,
  missingAuthenticationToken,
  type ServiceDialect,
} from '../../errors/service-signatures.ts';
import {
  asymmetricSignatureNotImplemented,
  authorizationHeaderMalformed,
  authorizationQueryParametersError,
  expiredToken,
  headersNotSigned,
  invalidAccessKeyId,
  invalidToken,
  onlyOneAuthMechanism,
  requestDateMissing,
  requestHasExpired,
  requestNotYetValid,
  requestTimeTooSkewed,
  type SignatureComparison,
  signatureDoesNotMatch,
  signatureVersionNotSupported,
  unsupportedAuthorizationType,
} from '../../errors/signatures.ts';
import type { ErrorDialect } from './authenticated.ts';
import { amzDate, isoSeconds, SKEW_MS_MAX } from './request-time.ts';

/** Where a signature stood. */
export type SignaturePlace = 'header' | 'query';

/** Every reason for which a signature is refused, worded as the called service words it. */
export interface Refusals {
  /** No signature where one is required. Undefined where anonymous requests are for policies to judge. */
  readonly anonymous: (() => AwsError) | undefined;
  unsupportedScheme(scheme: string): AwsError;
  twoSignatures(): AwsError;
  /** The header lacks one of its three parts. */
  componentsMissing(): AwsError;
  /** A presigned URL lacks one of its parameters, or has it twice, or with a bad value. */
  queryParameter(message: string): AwsError;
  credentialMalformed(place: SignaturePlace): AwsError;
  wrongService(place: SignaturePlace, given: string, expected: string): AwsError;
  /** Undefined where the bucket's region is what counts. */
  readonly wrongRegion: ((given: string) => AwsError) | undefined;
  wrongTerminator(place: SignaturePlace, given: string): AwsError;
  wrongScopeDate(place: SignaturePlace, scopeDate: string, requestDate: string): AwsError;
  dateMissing(): AwsError;
  skewed(signedAt: number, now: number): AwsError;
  expired(signedAt: number, expiresSeconds: number, now: number): AwsError;
  notYetValid(signedAt: number, now: number): AwsError;
  notSigned(headers: readonly string[]): AwsError;
  unknownKey(accessKeyId: string): AwsError;
  tokenInvalid(): AwsError;
  tokenExpired(): AwsError;
  mismatch(comparison: SignatureComparison): AwsError;
}

export function refusalsOf(dialect: ErrorDialect): Refusals {
  return dialect === 's3' ? s3Refusals : dialect === 'query' ? queryRefusals : jsonRefusals;
}

const CREDENTIAL_FORM = '"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request"';

function s3Credential(place: SignaturePlace, detail: string): AwsError {
  return place === 'header'
    ? authorizationHeaderMalformed(detail)
    : authorizationQueryParametersError(`Error parsing the X-Amz-Credential parameter; ${detail}`);
}

const s3Refusals: Refusals = {
  anonymous: undefined,
  unsupportedScheme(scheme) {
    if (scheme === 'AWS') return signatureVersionNotSupported();
    if (scheme.startsWith('AWS4-ECDSA')) return asymmetricSignatureNotImplemented(scheme);
    return unsupportedAuthorizationType(scheme);
  },
  twoSignatures: onlyOneAuthMechanism,
  componentsMissing: () =>
    authorizationHeaderMalformed(
      'the authorization header requires three components: Credential, SignedHeaders, and Signature.',
    ),
  queryParameter: authorizationQueryParametersError,
  credentialMalformed: (place) =>
    s3Credential(place, `the Credential is mal-formed; expecting ${CREDENTIAL_FORM}.`),
  wrongService: (place, given, expected) =>
    s3Credential(place, `incorrect service "${given}". This endpoint belongs to "${expected}".`),
  wrongRegion: undefined,
  wrongTerminator: (place, given) =>
    s3Credential(place, `incorrect terminal "${given}". This endpoint uses "aws4_request".`),
  wrongScopeDate: (place, scopeDate, requestDate) =>
    /^\d{8}$/.test(scopeDate)
      ? s3Credential(
          place,
          `Invalid credential date "${scopeDate}". This date is not the same as X-Amz-Date: "${requestDate}".`,
        )
      : s3Credential(
          place,
          `incorrect date format "${scopeDate}". This date in the credential must be in the format "yyyyMMdd".`,
        ),
  dateMissing: requestDateMissing,
  skewed: (signedAt, now) => requestTimeTooSkewed(amzDate(signedAt), isoSeconds(now), SKEW_MS_MAX),
  expired: (signedAt, expiresSeconds, now) =>
    requestHasExpired(expiresSeconds, isoSeconds(signedAt + expiresSeconds * 1000), isoSeconds(now)),
  notYetValid: (signedAt, now) => requestNotYetValid(amzDate(signedAt), isoSeconds(now)),
  notSigned: headersNotSigned,
  unknownKey: invalidAccessKeyId,
  tokenInvalid: invalidToken,
  tokenExpired: expiredToken,
  mismatch: signatureDoesNotMatch,
};

const SIGNATURE_MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

function serviceRefusals(dialect: ServiceDialect): Refusals {
  const incomplete = (message: string) => incompleteSignature(dialect, message);
  const invalid = (message: string) => invalidSignature(dialect, message);
  const window = (signedAt: number, now: number, windowMs: number) =>
    signedAt < now
      ? invalid(
          `Signature expired: ${amzDate(signedAt)} is now earlier than ${amzDate(now - windowMs)} (${amzDate(now)} - ${windowMs / 60_000} min.)`,
        )
      : invalid(
          `Signature not yet current: ${amzDate(signedAt)} is still later than ${amzDate(now + windowMs)} (${amzDate(now)} + ${windowMs / 60_000} min.)`,
        );
  return {
    anonymous: () => missingAuthenticationToken(dialect),
    unsupportedScheme: (scheme) =>
      scheme.startsWith('AWS')
        ? incomplete(`Unsupported AWS 'algorithm': '${scheme}'. Please use AWS4-HMAC-SHA256.`)
        : missingAuthenticationToken(dialect),
    twoSignatures: () => incomplete('Only one of the Authorization header and a presigned query is allowed.'),
    componentsMissing: () =>
      incomplete(
        "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter.",
      ),
    queryParameter: incomplete,
    credentialMalformed: () =>
      incomplete(
        'Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.',
      ),
    wrongService: (_place, _given, expected) =>
      invalid(`Credential should be scoped to correct service: '${expected}'. `),
    wrongRegion: (given) => invalid(`Credential should be scoped to a valid region, not '${given}'.`),
    wrongTerminator: (_place, given) =>
      invalid(`Credential should be scoped with a valid terminator: 'aws4_request', not '${given}'.`),
    wrongScopeDate: (_place, scopeDate, requestDate) =>
      invalid(
        `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scopeDate}' != '${requestDate.slice(0, 8)}', from '${requestDate}'.`,
      ),
    dateMissing: () =>
      incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."),
    skewed: (signedAt, now) => window(signedAt, now, SKEW_MS_MAX),
    expired: (signedAt, expiresSeconds, now) => window(signedAt, now, expiresSeconds * 1000),
    notYetValid: (signedAt, now) => window(signedAt, now, SKEW_MS_MAX),
    notSigned: (headers) =>
      invalid(
        headers.includes('host')
          ? "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
          : `Headers present in the request must be signed: ${headers.join(', ')}.`,
      ),
    unknownKey: () => invalidClientTokenId(dialect),
    tokenInvalid: () => invalidClientTokenId(dialect),
    tokenExpired: () => expiredSecurityToken(dialect),
    mismatch: () => invalid(SIGNATURE_MISMATCH),
  };
}

const queryRefusals = serviceRefusals('query');
const jsonRefusals = serviceRefusals('json');
