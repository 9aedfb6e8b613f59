import { AwsError } from './aws-error.ts';

/** S3 Control's errors, recorded. */

export const noSuchPublicAccessBlockOfAccount = (accountId: string) =>
  new AwsError(
    'NoSuchPublicAccessBlockConfiguration',
    404,
    'The public access block configuration was not found',
    { fields: { AccountId: accountId } },
  );

export const noSuchResource = () =>
  new AwsError('NoSuchResource', 404, "The specified resource doesn't exist.");

export const noSuchJob = () => new AwsError('NoSuchJob', 404, 'The specified job does not exist.');
