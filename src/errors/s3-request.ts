import { AwsError } from './aws-error.ts';

/** S3's errors about the request itself: its form, bytes, signature. Offered through s3.ts. */
type Fields = Record<string, string>;
type Extra = { fields?: Fields; headers?: Record<string, string>; cause?: unknown };

// --- Requests ---

export const invalidArgument = (message: string, argumentName?: string, argumentValue?: string) =>
  new AwsError('InvalidArgument', 400, message, {
    fields: {
      ...(argumentName === undefined ? {} : { ArgumentName: argumentName }),
      ...(argumentValue === undefined ? {} : { ArgumentValue: argumentValue }),
    },
  });

/** Two parameters that each choose an operation. */
export const conflictingParameters = (names: readonly string[]) =>
  invalidArgument(`Conflicting query string parameters: ${names.join(', ')}`, 'ResourceType', names[0]);

/** Of a parameter that would choose a header of the answer. */
export const notOverridable = (parameter: string, value: string) =>
  invalidArgument(
    `${parameter} is not in the set of overridable response headers. Please refer to the S3 API documentation for a complete list of overridable response headers.`,
    parameter,
    value,
  );

/** `versionId` on a request that writes, or on a bucket. */
export const versionIdNotAccepted = (versionId: string) =>
  invalidArgument('This operation does not accept a version-id.', 'versionId', versionId);

export const partWithoutUpload = (partNumber: string) =>
  invalidArgument('This operation does not accept partNumber without uploadId', 'partNumber', partNumber);

/** A header of another operation. */
export const headerOutOfContext = (headerName: string, value: string) =>
  invalidArgument('The specified header is not valid in this context', headerName, value);

export const missingObjectAttributes = () =>
  invalidRequest(
    'The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty',
  );

export const invalidRequest = (message: string, fields: Fields = {}) =>
  new AwsError('InvalidRequest', 400, message, { fields });

/** `allow`: the methods that the resource has, where AWS tells them. */
export const methodNotAllowed = (method: string, resourceType: string, allow?: string) =>
  new AwsError('MethodNotAllowed', 405, 'The specified method is not allowed against this resource.', {
    fields: { Method: method, ResourceType: resourceType },
    headers: allow === undefined ? {} : { allow },
  });

export const malformedXml = (cause?: unknown) =>
  new AwsError(
    'MalformedXML',
    400,
    'The XML you provided was not well-formed or did not validate against our published schema',
    { cause },
  );

export const malformedAclError = () =>
  new AwsError(
    'MalformedACLError',
    400,
    'The XML you provided was not well-formed or did not validate against our published schema',
  );

export const malformedPolicy = (message: string) => new AwsError('MalformedPolicy', 400, message);

export const missingSecurityHeader = (headerName: string) =>
  new AwsError('MissingSecurityHeader', 400, 'Your request was missing a required header.', {
    fields: { MissingHeaderName: headerName },
  });

export const missingRequestBody = () => new AwsError('MissingRequestBodyError', 400, 'Request Body is empty');

export const unexpectedContent = () =>
  new AwsError('UnexpectedContent', 400, 'This request does not support content.');

export const maxMessageLengthExceeded = (lengthMax: number) =>
  new AwsError('MaxMessageLengthExceeded', 400, 'Your request was too large.', {
    fields: { MaxMessageLengthBytes: String(lengthMax) },
  });

export const invalidTag = (message: string, fields: Fields = {}) =>
  new AwsError('InvalidTag', 400, message, { fields });

export const invalidUri = (uri: string) =>
  new AwsError('InvalidURI', 400, "Couldn't parse the specified URI.", { fields: { URI: uri } });

export const badRequest = (message: string) => new AwsError('BadRequest', 400, message);

export const accessControlListNotSupported = () =>
  new AwsError('AccessControlListNotSupported', 400, 'The bucket does not allow ACLs');

/** Accepted means obeyed: validated, but its effect is not built. `header` also names elements. */
export const notImplemented = (header?: string, additionalMessage?: string) =>
  new AwsError(
    'NotImplemented',
    501,
    header === undefined
      ? 'The requested functionality is not implemented'
      : 'A header you provided implies functionality that is not implemented',
    {
      fields: {
        ...(header === undefined ? {} : { Header: header }),
        ...(additionalMessage === undefined ? {} : { additionalMessage }),
      },
    },
  );

/** For XML elements, where AWS has no text of its own. */
export const elementNotImplemented = (element: string) =>
  new AwsError(
    'NotImplemented',
    501,
    `The element ${element} implies functionality that is not implemented`,
    {
      fields: { Element: element },
    },
  );

export const noLoggingStatusForKey = () =>
  new AwsError('NoLoggingStatusForKey', 400, 'There is no such thing as the ?logging sub-resource for a key');

export const userKeyMustBeSpecified = () =>
  new AwsError('UserKeyMustBeSpecified', 400, 'User key must be specified.');

export const corsNotEnabled = (method: string) =>
  new AwsError('AccessForbidden', 403, 'CORSResponse: CORS is not enabled for this bucket.', {
    fields: { Method: method, ResourceType: 'BUCKET' },
  });

// --- Bytes and checksums ---

export const badDigest = (
  message = 'The Content-MD5 you specified did not match what we received.',
  fields: Fields = {},
) => new AwsError('BadDigest', 400, message, { fields });

export const badContentMd5 = (expected: string, calculated: string) =>
  badDigest(undefined, { ExpectedDigest: expected, CalculatedDigest: calculated });

/** `algorithm` as AWS writes it in this text: CRC32, SHA256, ... */
export const badChecksum = (algorithm: string) =>
  badDigest(`The ${algorithm} you specified did not match the calculated checksum.`);

export const invalidChecksumHeader = (headerName: string) =>
  invalidRequest(`Value for ${headerName} header is invalid.`);

export const unknownChecksumAlgorithm = () =>
  invalidRequest('The algorithm type you specified in x-amz-checksum- header is invalid.');

export const multipleChecksums = () =>
  invalidRequest('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');

export const invalidDigest = (contentMd5: string) =>
  new AwsError('InvalidDigest', 400, 'The Content-MD5 you specified was invalid.', {
    fields: { 'Content-MD5': contentMd5 },
  });

export const incompleteBody = () =>
  new AwsError('IncompleteBody', 400, 'The request body terminated unexpectedly');

export const missingContentLength = () =>
  new AwsError('MissingContentLength', 411, 'You must provide the Content-Length HTTP header.');

export const requestTimeout = () =>
  new AwsError(
    'RequestTimeout',
    400,
    'Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed.',
  );

// --- Encryption ---

export const invalidEncryptionAlgorithm = (algorithm: string) =>
  new AwsError(
    'InvalidEncryptionAlgorithmError',
    400,
    'The encryption request you specified is not valid. Supported value: AES256.',
    { fields: { ArgumentName: 'x-amz-server-side-encryption', ArgumentValue: algorithm } },
  );

// --- Access (signatures: signatures.ts) ---

export const accessDenied = (message = 'Access Denied', extra: Extra = {}) =>
  new AwsError('AccessDenied', 403, message, extra);

// --- The server ---

export const internalError = (cause?: unknown) =>
  new AwsError('InternalError', 500, 'We encountered an internal error. Please try again.', { cause });

export const slowDown = () => new AwsError('SlowDown', 503, 'Please reduce your request rate.');

export const serviceUnavailable = (message = 'Service is unable to handle request.', cause?: unknown) =>
  new AwsError('ServiceUnavailable', 503, message, { cause });

/** What a client is told of any error. A store that cannot serve now (disk full, read-only, failing) is told by its name,
 * because this folder knows no store: it is worth another attempt, an error of ours is not. */
export function asAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  if (error instanceof Error && error.name === 'StoreUnavailableError') {
    return serviceUnavailable('The storage of this region is unavailable. Please try again later.', error);
  }
  return internalError(error);
}

/** The model demands an integrity check of this operation's document. */
export const missingRequestChecksum = () =>
  invalidRequest('Missing required header for this request: Content-MD5 OR x-amz-checksum-*');
