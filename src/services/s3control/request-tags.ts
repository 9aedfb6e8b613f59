import type { AccessRequirement } from '../../wire/call.ts';

/** aws:RequestTag/… and aws:TagKeys. */
export function requestTags(
  tags: readonly (readonly [string, string])[],
): NonNullable<AccessRequirement['context']> {
  if (tags.length === 0) return {};
  return {
    ...Object.fromEntries(tags.map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    'aws:TagKeys': tags.map(([key]) => key),
  };
}
