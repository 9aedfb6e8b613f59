import type { RequestContext } from '../policy/types.ts';

/** The condition keys of a user, role or policy that is acted on. */
export function resourceTags(tags: readonly (readonly [key: string, value: string])[]): RequestContext {
  return Object.fromEntries(
    tags.flatMap(([key, value]) => [
      [`aws:ResourceTag/${key}`, value],
      [`iam:ResourceTag/${key}`, value],
    ]),
  );
}
