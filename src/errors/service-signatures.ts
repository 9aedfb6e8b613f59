import { AwsError } from './aws-error.ts';

// The refusals of signatures that all services but S3 share. The query services (IAM, STS) and the JSON services
// (KMS, CloudWatch) say the same under different codes.

/** 'query': IAM, STS. 'json': KMS, CloudWatch, whichever of JSON and CBOR they speak. */
export type ServiceDialect = 'query' | 'json';

export function incompleteSignature(dialect: ServiceDialect, message: string): AwsError {
  return new AwsError(
    dialect === 'query' ? 'IncompleteSignature' : 'IncompleteSignatureException',
    400,
    message,
  );
}

export function missingAuthenticationToken(dialect: ServiceDialect): AwsError {
  return dialect === 'query'
    ? new AwsError('MissingAuthenticationToken', 403, 'Request is missing Authentication Token')
    : new AwsError('MissingAuthenticationTokenException', 400, 'Missing Authentication Token');
}

/** Unknown, inactive or deleted access key; token missing or not of this key. */
export function invalidClientTokenId(dialect: ServiceDialect): AwsError {
  const message = 'The security token included in the request is invalid.';
  return dialect === 'query'
    ? new AwsError('InvalidClientTokenId', 403, message)
    : new AwsError('UnrecognizedClientException', 400, message);
}

export function expiredSecurityToken(dialect: ServiceDialect): AwsError {
  const message = 'The security token included in the request is expired';
  return dialect === 'query'
    ? new AwsError('ExpiredToken', 403, message)
    : new AwsError('ExpiredTokenException', 400, message);
}

export function invalidSignature(dialect: ServiceDialect, message: string): AwsError {
  return dialect === 'query'
    ? new AwsError('SignatureDoesNotMatch', 403, message)
    : new AwsError('InvalidSignatureException', 400, message);
}
