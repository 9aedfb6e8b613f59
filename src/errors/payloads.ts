import { AwsError } from './aws-error.ts';

// S3's refusals of bodies that are not what their headers say.

export function missingContentSha256(): AwsError {
  return new AwsError(
    'InvalidRequest',
    400,
    'Missing required header for this request: x-amz-content-sha256',
  );
}

export function invalidContentSha256(value: string): AwsError {
  return new AwsError(
    'InvalidArgument',
    400,
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
    { fields: { ArgumentName: 'x-amz-content-sha256', ArgumentValue: value } },
  );
}

export function contentSha256Mismatch(declared: string, computed: string): AwsError {
  return new AwsError(
    'XAmzContentSHA256Mismatch',
    400,
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    { fields: { ClientComputedContentSHA256: declared, S3ComputedContentSHA256: computed } },
  );
}

export function missingDecodedContentLength(): AwsError {
  return new AwsError('MissingContentLength', 411, 'You must provide the Content-Length HTTP header.');
}

export function invalidDecodedContentLength(value: string): AwsError {
  return new AwsError(
    'InvalidArgument',
    400,
    'The value specified in x-amz-decoded-content-length is invalid',
    {
      fields: { ArgumentName: 'x-amz-decoded-content-length', ArgumentValue: value },
    },
  );
}

/** The body ended early, or its framing broke off. */
export function incompleteBody(
  message = 'You did not provide the number of bytes specified by the Content-Length HTTP header',
): AwsError {
  return new AwsError('IncompleteBody', 400, message);
}

/** `chunk` counts from 1. */
export function invalidChunkSize(chunk: number, size: number): AwsError {
  return new AwsError(
    'InvalidChunkSizeError',
    403,
    'Only the last chunk is allowed to have a size less than 8192 bytes',
    { fields: { Chunk: String(chunk), BadChunkSize: String(size) } },
  );
}

export function malformedTrailer(): AwsError {
  return new AwsError(
    'MalformedTrailerError',
    400,
    'The request contained trailing data that was not well-formed or did not conform to our published schema.',
  );
}

export function trailerNotSupported(): AwsError {
  return new AwsError(
    'InvalidRequest',
    400,
    'The value specified in the x-amz-trailer header is not supported',
  );
}
