import { AwsError } from './aws-error.ts';

/** IAM's errors: codes and statuses of the service's model, messages as AWS words them. */

export const noSuchEntity = (message: string) => new AwsError('NoSuchEntity', 404, message);

export const entityAlreadyExists = (message: string) => new AwsError('EntityAlreadyExists', 409, message);

export const deleteConflict = (message: string) => new AwsError('DeleteConflict', 409, message);

export const limitExceeded = (message: string) => new AwsError('LimitExceeded', 409, message);

export const malformedPolicyDocument = (message: string) =>
  new AwsError('MalformedPolicyDocument', 400, message);

export const iamValidationError = (message: string) => new AwsError('ValidationError', 400, message);

export const invalidInput = (message: string) => new AwsError('InvalidInput', 400, message);

export const concurrentModification = () =>
  new AwsError(
    'ConcurrentModification',
    409,
    'The request was rejected because multiple requests to change this object were submitted simultaneously. Wait a few minutes and submit your request again.',
  );

export const iamAccessDenied = (message: string) => new AwsError('AccessDenied', 403, message);

export const iamNotImplemented = (what: string) =>
  new AwsError('NotImplemented', 501, `${what} is not implemented.`);

export const invalidClientTokenId = () =>
  new AwsError('InvalidClientTokenId', 403, 'The security token included in the request is invalid.');
