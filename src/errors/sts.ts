import { AwsError } from './aws-error.ts';

/** STS's errors, as its model and recorded answers have them. */

export const stsAccessDenied = (message: string) => new AwsError('AccessDenied', 403, message);

export const stsValidationError = (message: string) => new AwsError('ValidationError', 400, message);

export const stsMalformedPolicyDocument = (message: string) =>
  new AwsError('MalformedPolicyDocument', 400, message);

export const packedPolicyTooLarge = (message: string) => new AwsError('PackedPolicyTooLarge', 400, message);

export const stsNotImplemented = (what: string) =>
  new AwsError('NotImplemented', 501, `${what} is not implemented.`);
