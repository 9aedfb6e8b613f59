import { replicationArgumentInvalid } from '../../errors/replication.ts';
import { ROLE_ARN_LENGTH_MAX, ROLE_ARN_LENGTH_MIN } from './limits.ts';

/** Of the partition aws, which is the only one here: a second way to write a name would pass for another bucket. */
const ARN = /^arn:aws:([a-z0-9-]*):([a-z0-9-]*):([0-9]*):(.+)$/;
const BUCKET_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/;

export interface RoleArn {
  readonly arn: string;
  readonly account: string;
}

/** The syntax only: AWS stores the ARN of a role that does not exist, and fails later. */
export function readRoleArn(text: string): RoleArn {
  const parsed = ARN.exec(text);
  const account = parsed?.[3] ?? '';
  const sized = text.length >= ROLE_ARN_LENGTH_MIN && text.length <= ROLE_ARN_LENGTH_MAX;
  if (!parsed || !sized || parsed[1] !== 'iam' || parsed[2] !== '' || !/^\d{12}$/.test(account)) {
    throw replicationArgumentInvalid('Invalid Role specified in replication configuration', 'Role', text);
  }
  const relativeId = parsed[4] ?? '';
  if (!/^role\/(?:[!-~]+\/)?[\w+=,.@-]{1,64}$/.test(relativeId)) {
    throw replicationArgumentInvalid('The relative-id must begin with role', 'Role', text);
  }
  return { arn: text, account };
}

/** @returns the bucket's name. */
export function readDestinationArn(text: string): string {
  const name = bucketOfArn(text);
  if (name === undefined) throw replicationArgumentInvalid('Invalid bucket ARN.', 'Bucket', text);
  return name;
}

export function bucketOfArn(text: string): string | undefined {
  const parsed = ARN.exec(text);
  if (parsed?.[1] !== 's3' || parsed[2] !== '' || parsed[3] !== '') return undefined;
  const name = parsed[4] ?? '';
  return BUCKET_NAME.test(name) ? name : undefined;
}

/** Keys are ARNs of `key/…` or `alias/…`; whether the key exists shows only when an object travels. */
export function isKmsKeyArn(text: string): boolean {
  const parsed = ARN.exec(text);
  return (
    parsed?.[1] === 'kms' &&
    parsed[2] !== '' &&
    /^\d{12}$/.test(parsed[3] ?? '') &&
    /^(key|alias)\/.+/.test(parsed[4] ?? '')
  );
}
