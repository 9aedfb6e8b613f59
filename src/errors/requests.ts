import { AwsError } from './aws-error.ts';

/** Errors about the form of a request to the query, JSON and CBOR services; S3's own lie in s3-request.ts. */

export const validationError = (message: string) => new AwsError('ValidationError', 400, message);

/** `member` in AWS's lower camel case spelling. */
export const missingMember = (member: string) =>
  validationError(
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  );

export const missingAction = () => new AwsError('MissingAction', 400, 'Missing Action');

/** The service has no operation of this name. */
export const invalidAction = (action: string, version: string) =>
  new AwsError('InvalidAction', 400, `Could not find operation ${action} for version ${version}`);

export const unknownOperation = () => new AwsError('UnknownOperationException', 404, 'Unknown operation.');

export const serializationException = (message = 'The request could not be read', cause?: unknown) =>
  new AwsError('SerializationException', 400, message, { cause });

/** The operation exists at AWS; its effect is not built here. */
export const operationNotImplemented = (operation: string) =>
  new AwsError('NotImplemented', 501, `${operation} is not implemented`);

/** A parameter that the model does not know: never silently ignored. */
export const unexpectedParameter = (name: string) => validationError(`Unexpected parameter: ${name}`);
