import { AwsError } from './aws-error.ts';

/** Errors of our own API, as JSON. Codes as AWS's JSON services have them. */

/** Whoever may not call it learns nothing of it either. */
export const administrationDenied = () => new AwsError('AccessDenied', 403, 'Access Denied');

export const bodyNotSigned = () =>
  new AwsError('InvalidRequest', 400, 'The signature of an admin call must cover its body.');

export const noSuchOperation = (name: string) =>
  new AwsError('NotImplemented', 501, `There is no operation ${name}.`);

export const administrationInvalid = (message: string) => new AwsError('ValidationError', 400, message);

/** A key that the operator keeps elsewhere is theirs to rotate: put the new one in front of the old. */
export const masterKeyElsewhere = () =>
  new AwsError('NotImplemented', 501, 'The master key is kept elsewhere: rotate it there and start again.');
