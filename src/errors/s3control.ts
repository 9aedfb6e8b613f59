import { AwsError } from './aws-error.ts';

/** S3 Control's errors. Those of jobs are named as its model names them and answer 400, as its API reference says (no
 * recording exists; reference: s3-batch-replication 13). The words are ours. */

export const badJobRequest = (message: string) => new AwsError('BadRequestException', 400, message);

export const invalidJobRequest = (message: string) => new AwsError('InvalidRequestException', 400, message);

export const invalidNextToken = () =>
  new AwsError('InvalidNextTokenException', 400, 'The NextToken is not one that ListJobs returned.');

/** Of another account, of another region, ended more than 90 days ago, or never there. */
export const jobNotFound = (jobId: string) =>
  new AwsError('NotFoundException', 400, `The job ${jobId} does not exist.`);

export const illegalJobStatus = (status: string, requested: string) =>
  new AwsError('JobStatusException', 400, `A job with status ${status} can't be updated to ${requested}.`);

/** The token was used before, for another request. */
export const jobTokenReused = () =>
  new AwsError(
    'IdempotencyException',
    400,
    'The ClientRequestToken was already used for a job with other parameters.',
  );

export const tooManyJobTags = (tagsMax: number) =>
  new AwsError('TooManyTagsException', 400, `A job takes at most ${tagsMax} tags.`);

/** The job changed again and again while it was to be changed. */
export const tooManyJobRequests = () =>
  new AwsError('TooManyRequestsException', 400, 'Please reduce your request rate.');

/** Accepted means obeyed: `element` is one of AWS's, and its effect is not built. */
export const jobElementNotImplemented = (element: string) =>
  new AwsError('NotImplemented', 501, `${element} is not implemented.`);

/** Clients put the account in front of the host and into a header; a request that names two is nobody's. */
export const accountsDiffer = () =>
  new AwsError('InvalidRequest', 400, 'The account in the host name and x-amz-account-id differ.');
