import type { RequestContext } from './types.ts';

/** s3:RequestObjectTag/… and s3:RequestObjectTagKeys: what policies are told of the tags that a request sets. */
export function requestObjectTags(tags: readonly (readonly [string, string])[]): RequestContext {
  const context: Record<string, string | readonly string[]> = {};
  for (const [key, value] of tags) context[`s3:RequestObjectTag/${key}`] = value;
  if (tags.length > 0) context['s3:RequestObjectTagKeys'] = tags.map(([key]) => key);
  return context;
}
