import { badJobRequest } from '../../errors/s3control.ts';
import { bucketOfArn } from '../../replication/configuration/arns.ts';

/** Checks of single values of a CreateJob request. `element` names it as the request does.
 * All throw AwsError BadRequestException. */

export function textOf(element: string, text: string, lengthMax: number): string {
  if (text.length === 0 || text.length > lengthMax) {
    throw badJobRequest(`${element} must have 1 to ${lengthMax} characters.`);
  }
  return printable(element, text);
}

/** Control characters: XML cannot give them back, and in a header they would end it. */
const CONTROL = /\p{Cc}/u;

export function printable(element: string, text: string): string {
  if (CONTROL.test(text)) throw badJobRequest(`${element} must not have control characters.`);
  return text;
}

export function oneOf<Known extends string>(
  element: string,
  text: string | undefined,
  known: readonly Known[],
): Known {
  const found = known.find((name) => name === text);
  if (found !== undefined) return found;
  throw badJobRequest(`${element} must be one of ${known.join(', ')}.`);
}

export function required<Value>(element: string, value: Value | undefined): Value {
  if (value === undefined) throw badJobRequest(`${element} is required.`);
  return value;
}

const BUCKET_ARN_LENGTH_MAX = 128;

/** The ARN as it was sent. Only general purpose buckets serve jobs. */
export function bucketArnOf(element: string, arn: string | undefined): string {
  const given = textOf(element, required(element, arn), BUCKET_ARN_LENGTH_MAX);
  if (bucketOfArn(given) === undefined) throw badJobRequest(`${element} must be the ARN of a bucket.`);
  return given;
}

const ACCOUNT_ID = /^\d{12}$/;

export function accountIdOf(element: string, account: string): string {
  if (!ACCOUNT_ID.test(account)) throw badJobRequest(`${element} must have 12 digits.`);
  return account;
}
