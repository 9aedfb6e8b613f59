import { AwsError } from './aws-error.ts';

// S3's refusals of signatures. Codes, statuses and elements as recorded (AuthorizationQueryParametersError,
// SignatureDoesNotMatch, expiry) or as in S3's list of error responses.

export function authorizationHeaderMalformed(detail: string, fields: Record<string, string> = {}): AwsError {
  return new AwsError(
    'AuthorizationHeaderMalformed',
    400,
    `The authorization header is malformed; ${detail}`,
    {
      fields,
    },
  );
}

/** Signed for another region than the one that serves the request. SDKs retry with the Region given here. */
export function authorizationRegionWrong(given: string, expected: string): AwsError {
  return new AwsError(
    'AuthorizationHeaderMalformed',
    400,
    `The authorization header is malformed; the region '${given}' is wrong; expecting '${expected}'`,
    { fields: { Region: expected }, headers: { 'x-amz-bucket-region': expected } },
  );
}

/** The same of a presigned URL. */
export function queryRegionWrong(given: string, expected: string): AwsError {
  return new AwsError(
    'AuthorizationQueryParametersError',
    400,
    `Error parsing the X-Amz-Credential parameter; the region '${given}' is wrong; expecting '${expected}'`,
    { fields: { Region: expected }, headers: { 'x-amz-bucket-region': expected } },
  );
}

export function authorizationQueryParametersError(message: string): AwsError {
  return new AwsError('AuthorizationQueryParametersError', 400, message);
}

export function unsupportedAuthorizationType(scheme: string): AwsError {
  return new AwsError('InvalidArgument', 400, 'Unsupported Authorization Type', {
    fields: { ArgumentName: 'Authorization', ArgumentValue: scheme },
  });
}

export function onlyOneAuthMechanism(): AwsError {
  return new AwsError(
    'InvalidArgument',
    400,
    'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
    { fields: { ArgumentName: 'Authorization' } },
  );
}

/** Signature version 2, which AWS accepts in no region made since 2014. */
export function signatureVersionNotSupported(): AwsError {
  return new AwsError(
    'InvalidRequest',
    400,
    'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
  );
}

/** Signature version 4A (AWS4-ECDSA-P256-SHA256) is AWS's own for multi-region access points. */
export function asymmetricSignatureNotImplemented(where: string): AwsError {
  return new AwsError(
    'NotImplemented',
    501,
    `A header you provided implies functionality that is not implemented: ${where}. Please use AWS4-HMAC-SHA256.`,
  );
}

export function invalidAccessKeyId(accessKeyId: string): AwsError {
  return new AwsError(
    'InvalidAccessKeyId',
    403,
    'The AWS Access Key Id you provided does not exist in our records.',
    { fields: { AWSAccessKeyId: accessKeyId } },
  );
}

export function invalidToken(): AwsError {
  return new AwsError('InvalidToken', 400, 'The provided token is malformed or otherwise invalid.');
}

export function expiredToken(): AwsError {
  return new AwsError('ExpiredToken', 400, 'The provided token has expired.');
}

/** `maximumMs`: the window in milliseconds; times as ISO 8601. */
export function requestTimeTooSkewed(requestTime: string, serverTime: string, maximumMs: number): AwsError {
  return new AwsError(
    'RequestTimeTooSkewed',
    403,
    'The difference between the request time and the current time is too large.',
    {
      fields: {
        RequestTime: requestTime,
        ServerTime: serverTime,
        MaxAllowedSkewMilliseconds: String(maximumMs),
      },
    },
  );
}

export function requestDateMissing(): AwsError {
  return new AwsError('AccessDenied', 403, 'AWS authentication requires a valid Date or x-amz-date header');
}

export function requestHasExpired(expiresSeconds: number, expires: string, serverTime: string): AwsError {
  return new AwsError('AccessDenied', 403, 'Request has expired', {
    fields: { 'X-Amz-Expires': String(expiresSeconds), Expires: expires, ServerTime: serverTime },
  });
}

export function requestNotYetValid(amzDate: string, serverTime: string): AwsError {
  return new AwsError('AccessDenied', 403, 'Request is not yet valid', {
    fields: { 'X-Amz-Date': amzDate, ServerTime: serverTime },
  });
}

export function headersNotSigned(names: readonly string[]): AwsError {
  return new AwsError(
    'AccessDenied',
    403,
    'There were headers present in the request which were not signed',
    {
      fields: { HeadersNotSigned: names.join(', ') },
    },
  );
}

/** What AWS shows so that a developer finds the difference. None of it is secret: the client computed it, too. */
export interface SignatureComparison {
  readonly accessKeyId: string;
  readonly stringToSign: string;
  readonly signatureProvided: string;
  /** Absent for a chunk or trailer, which have no canonical request. */
  readonly canonicalRequest?: string;
}

export function signatureDoesNotMatch(comparison: SignatureComparison): AwsError {
  const { accessKeyId, stringToSign, signatureProvided, canonicalRequest } = comparison;
  return new AwsError(
    'SignatureDoesNotMatch',
    403,
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    {
      fields: {
        AWSAccessKeyId: accessKeyId,
        StringToSign: stringToSign,
        SignatureProvided: signatureProvided,
        StringToSignBytes: spacedHex(stringToSign),
        ...(canonicalRequest === undefined
          ? {}
          : { CanonicalRequest: canonicalRequest, CanonicalRequestBytes: spacedHex(canonicalRequest) }),
      },
    },
  );
}

function spacedHex(text: string): string {
  return Buffer.from(text, 'latin1')
    .toString('hex')
    .replace(/..(?!$)/g, '$& ');
}
