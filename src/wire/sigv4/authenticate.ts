import { missingContentSha256 } from '../../errors/payloads.ts';
import { signatureVersionNotSupported } from '../../errors/signatures.ts';
import type { HmacKey } from '../../lib/hmac-key.ts';
import type {
  Authenticated,
  Authenticator,
  AuthenticatorOptions,
  RequestHeaders,
  SignedRequest,
  SigningCredential,
  SigningService,
} from './authenticated.ts';
import { ALGORITHM, parseAuthorizationHeader, type SignatureClaim } from './authorization-header.ts';
import {
  canonicalHeaders,
  canonicalQuery,
  canonicalRequest,
  canonicalS3Path,
  canonicalServicePath,
  headersApart,
  type QueryParameter,
  queryParameters,
  splitTarget,
} from './canonical-request.ts';
import { payloadOf } from './payload.ts';
import { looksPresigned, looksPresignedVersion2, parsePresigned } from './presigned-url.ts';
import { type Refusals, refusalsOf, type SignaturePlace } from './refusals.ts';
import { amzDate, parseAmzDate, parseDateHeader, SKEW_MS_MAX } from './request-time.ts';
import { TERMINATOR } from './scope.ts';
import {
  deriveSigningKey,
  EMPTY_SHA256,
  equalInConstantTime,
  SigningKeyCache,
  sha256Hex,
  sha256HexOfLatin1,
} from './signing-key.ts';

/** What is left to verify once a signature is read: one shape for both places it may stand in. */
interface Claim extends SignatureClaim {
  readonly place: SignaturePlace;
  readonly amzDate: string;
  readonly signedAt: number;
  readonly sessionToken: string | undefined;
  /** The last line of the canonical request. */
  readonly payloadHash: string;
  readonly path: string;
  readonly covered: readonly QueryParameter[];
}

export function createAuthenticator<P>(options: AuthenticatorOptions<P>): Authenticator<P> {
  const { credentials, clock, regions } = options;
  const cache = new SigningKeyCache(options.signingKeysMax);

  async function authenticate(request: SignedRequest, service: SigningService): Promise<Authenticated<P>> {
    const refuse = refusalsOf(service.dialect);
    const claim = readClaim(request, service, refuse, clock.now());
    if (claim === undefined) {
      if (refuse.anonymous !== undefined) throw refuse.anonymous();
      const declared = header(request.headers, 'x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD';
      return { kind: 'anonymous', payload: payloadOf(declared, undefined) };
    }
    checkScope(claim, service, refuse, regions);
    checkHeadersSigned(request.headers, claim.signedHeaders, refuse);
    const { accessKeyId, scope, scopeText } = claim.credential;
    const found = credentials.lookup(accessKeyId, claim.sessionToken);
    const answer = found instanceof Promise ? await found : found;
    if (answer === undefined || answer === 'disabled') throw refuse.unknownKey(accessKeyId);
    if (answer === 'expired') throw refuse.tokenExpired();
    if (answer === 'invalid-token') throw refuse.tokenInvalid();
    const signingKey = verify(request, claim, answer, refuse);
    const signedBy = {
      accessKeyId,
      signature: claim.signature,
      signingKey,
      amzDate: claim.amzDate,
      scope: scopeText,
    };
    return {
      kind: 'signed',
      principal: answer.principal,
      accessKeyId,
      scope,
      authType: claim.place === 'header' ? 'REST-HEADER' : 'REST-QUERY-STRING',
      signedAt: claim.signedAt,
      signedHeaders: claim.signedHeaders,
      // Of other services the whole body was at hand, and its hash is part of what was verified.
      payload: service.dialect === 's3' ? payloadOf(claim.payloadHash, signedBy) : { mode: 'unsigned' },
    };
  }

  /** Throws when the signature is not the one that this request and key give; else the key that made it. */
  function verify(
    request: SignedRequest,
    claim: Claim,
    credential: SigningCredential<P>,
    refuse: Refusals,
  ): HmacKey {
    const { secretAccessKey } = credential;
    const { accessKeyId, scope, text: credentialText } = claim.credential;
    const cached = cache.find(credentialText, secretAccessKey);
    const signingKey = cached ?? deriveSigningKey(secretAccessKey, scope);
    const canonical = canonicalOf(request.method, request.headers, claim);
    const stringToSign = stringToSignOf(claim, canonical);
    if (!equalInConstantTime(signingKey.hexOf(stringToSign), claim.signature)) {
      const apart = headersApart(request, claim.signedHeaders);
      const again = apart !== undefined && stringToSignOf(claim, canonicalOf(request.method, apart, claim));
      if (!again || !equalInConstantTime(signingKey.hexOf(again), claim.signature)) {
        throw refuse.mismatch({
          accessKeyId,
          stringToSign,
          signatureProvided: claim.signature,
          canonicalRequest: canonical,
        });
      }
    }
    if (cached === undefined) cache.keep(credentialText, secretAccessKey, signingKey);
    return signingKey;
  }

  return { authenticate };
}

/** Whether a request carries anything that is meant to be a version 4 signature. */
export function claimsSignature(headers: RequestHeaders, rawUrl: string): boolean {
  return headers['authorization'] !== undefined || looksPresigned(splitTarget(rawUrl).query);
}

function stringToSignOf(claim: Claim, canonical: string): string {
  return `${ALGORITHM}\n${claim.amzDate}\n${claim.credential.scopeText}\n${sha256HexOfLatin1(canonical)}`;
}

function canonicalOf(method: string, headers: RequestHeaders, claim: Claim): string {
  return canonicalRequest({
    method,
    path: claim.path,
    query: canonicalQuery(claim.covered),
    headers: canonicalHeaders(headers, claim.signedHeaders),
    signedHeaders: claim.signedHeaders,
    payloadHash: claim.payloadHash,
  });
}

/** Undefined when the request carries no signature at all. Throws when it carries one that cannot be good. */
function readClaim(
  request: SignedRequest,
  service: SigningService,
  refuse: Refusals,
  now: number,
): Claim | undefined {
  const { path, query } = splitTarget(request.rawUrl);
  const authorization = header(request.headers, 'authorization');
  const presigned = looksPresigned(query);
  if (authorization === undefined && !presigned) {
    if (looksPresignedVersion2(query)) throw signatureVersionNotSupported();
    return undefined;
  }
  if (authorization !== undefined && presigned) throw refuse.twoSignatures();
  const s3 = service.dialect === 's3';
  const canonicalPath = s3 ? canonicalS3Path(path) : canonicalServicePath(path);
  const parameters = queryParameters(query);
  if (authorization === undefined) return presignedClaim(request, parameters, canonicalPath, s3, refuse, now);

  const parsed = parseAuthorizationHeader(authorization, refuse);
  const { text, signedAt } = requestTime(request.headers, refuse);
  if (Math.abs(now - signedAt) > SKEW_MS_MAX) throw refuse.skewed(signedAt, now);
  const declared = header(request.headers, 'x-amz-content-sha256');
  if (s3 && declared === undefined) throw missingContentSha256();
  return {
    ...parsed,
    place: 'header',
    amzDate: text,
    signedAt,
    sessionToken: header(request.headers, 'x-amz-security-token'),
    payloadHash: s3 && declared !== undefined ? declared : bodyHash(request),
    path: canonicalPath,
    covered: parameters,
  };
}

function presignedClaim(
  request: SignedRequest,
  parameters: readonly QueryParameter[],
  path: string,
  s3: boolean,
  refuse: Refusals,
  now: number,
): Claim {
  const claim = parsePresigned(parameters, refuse, s3);
  if (claim.signedAt - now > SKEW_MS_MAX) throw refuse.notYetValid(claim.signedAt, now);
  if (now - claim.signedAt > claim.expiresSeconds * 1000) {
    throw refuse.expired(claim.signedAt, claim.expiresSeconds, now);
  }
  // Nobody knows the body when a URL is presigned, unless its maker says so.
  const declared =
    header(request.headers, 'x-amz-content-sha256') ?? claim.contentSha256 ?? 'UNSIGNED-PAYLOAD';
  return { ...claim, place: 'query', payloadHash: s3 ? declared : bodyHash(request), path };
}

function bodyHash(request: SignedRequest): string {
  return request.body === undefined || request.body.length === 0 ? EMPTY_SHA256 : sha256Hex(request.body);
}

/** x-amz-date, else Date. */
function requestTime(headers: RequestHeaders, refuse: Refusals): { text: string; signedAt: number } {
  const text = header(headers, 'x-amz-date');
  if (text !== undefined) {
    const signedAt = parseAmzDate(text);
    if (signedAt !== undefined) return { text, signedAt };
  }
  const date = header(headers, 'date');
  const signedAt = text === undefined && date !== undefined ? parseDateHeader(date) : undefined;
  if (signedAt === undefined) throw refuse.dateMissing();
  return { text: amzDate(signedAt), signedAt };
}

function checkScope(
  claim: Claim,
  service: SigningService,
  refuse: Refusals,
  regions: ReadonlySet<string> | undefined,
): void {
  const { credential, place } = claim;
  const { region } = credential.scope;
  // Some clients sign for IAM, which is global, with none.
  if (region !== '' && regions?.has(region) === false && refuse.wrongRegion !== undefined) {
    throw refuse.wrongRegion(region);
  }
  if (credential.terminator !== TERMINATOR) throw refuse.wrongTerminator(place, credential.terminator);
  if (credential.scope.service !== service.service) {
    throw refuse.wrongService(place, credential.scope.service, service.service);
  }
  if (!claim.amzDate.startsWith(credential.scope.date) || credential.scope.date.length !== 8) {
    throw refuse.wrongScopeDate(place, credential.scope.date, claim.amzDate);
  }
}

/** Host and every x-amz- header must be signed: nobody on the way may add or change one. */
function checkHeadersSigned(
  headers: RequestHeaders,
  signedHeaders: readonly string[],
  refuse: Refusals,
): void {
  let unsigned: string[] | undefined;
  if (!signedHeaders.includes('host')) unsigned = ['host'];
  for (const name in headers) {
    if (name.startsWith('x-amz-') && !signedHeaders.includes(name)) (unsigned ??= []).push(name);
  }
  if (unsigned !== undefined) throw refuse.notSigned(unsigned);
}

function header(headers: RequestHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' || value === undefined ? value : value.join(',');
}
