import { iamValidationError, invalidInput, limitExceeded } from '../errors/iam.ts';
import type { TagRows } from '../store/tables/policy-holder.ts';
import {
  DESCRIPTION_LENGTH_MAX,
  GROUP_NAME_LENGTH_MAX,
  NAME_LENGTH_MAX,
  PATH_LENGTH_MAX,
  POLICY_NAME_LENGTH_MAX,
  TAG_KEY_LENGTH_MAX,
  TAG_VALUE_LENGTH_MAX,
  TAGS_MAX,
} from './limits.ts';

const NAME = /^[\w+=,.@-]+$/;
/** A slash alone, or text between two slashes: every printable character from ! to DEL. */
const PATH = /^(?:\/|\/[\x21-\x7f]+\/)$/;
const DESCRIPTION = /^[\t\n\r\x20-\x7e\xa1-\xff]*$/;
const TAG_KEY = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u;
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

const NAME_LENGTHS_MAX = {
  userName: NAME_LENGTH_MAX,
  roleName: NAME_LENGTH_MAX,
  groupName: GROUP_NAME_LENGTH_MAX,
  policyName: POLICY_NAME_LENGTH_MAX,
} as const;

/** @throws AwsError ValidationError */
export function checkedName(member: keyof typeof NAME_LENGTHS_MAX, name: string): string {
  if (!NAME.test(name)) {
    throw iamValidationError(
      `The specified value for ${member} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`,
    );
  }
  checkLength(member, name, NAME_LENGTHS_MAX[member]);
  return name;
}

/** @throws AwsError ValidationError */
export function checkedPath(path = '/'): string {
  if (!PATH.test(path)) {
    throw iamValidationError(
      'The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.',
    );
  }
  checkLength('path', path, PATH_LENGTH_MAX);
  return path;
}

/** @throws AwsError ValidationError */
export function checkedDescription(description: string): string {
  if (!DESCRIPTION.test(description))
    throw iamValidationError('The specified value for description is invalid.');
  checkLength('description', description, DESCRIPTION_LENGTH_MAX);
  return description;
}

/** New tags over known ones; keys are one regardless of letter case, as IAM has it.
 * @throws AwsError InvalidInput, ValidationError, LimitExceeded */
export function mergedTags(
  known: TagRows,
  added: readonly { readonly Key: string; readonly Value: string }[],
): TagRows {
  const seen = new Set<string>();
  const tags = new Map(known.map((tag) => [tag[0].toLowerCase(), tag]));
  for (const { Key, Value } of added) {
    const lower = Key.toLowerCase();
    if (seen.has(lower)) {
      throw invalidInput('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
    }
    seen.add(lower);
    if (!TAG_KEY.test(Key) || lower.startsWith('aws:'))
      throw iamValidationError(`The tag key ${Key} is invalid.`);
    if (!TAG_VALUE.test(Value)) throw iamValidationError(`The value of the tag ${Key} is invalid.`);
    checkLength('tag key', Key, TAG_KEY_LENGTH_MAX);
    checkLength('tag value', Value, TAG_VALUE_LENGTH_MAX);
    tags.set(lower, [Key, Value]);
  }
  if (tags.size > TAGS_MAX)
    throw limitExceeded(`The number of tags has reached the maximum limit of ${TAGS_MAX}.`);
  return [...tags.values()];
}

export function tagsWithout(known: TagRows, keys: readonly string[]): TagRows {
  const removed = new Set(keys.map((key) => key.toLowerCase()));
  return known.filter(([key]) => !removed.has(key.toLowerCase()));
}

function checkLength(member: string, value: string, lengthMax: number): void {
  if (value.length <= lengthMax) return;
  throw iamValidationError(
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must have length less than or equal to ${lengthMax}`,
  );
}
