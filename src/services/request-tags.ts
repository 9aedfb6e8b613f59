type SentTag = { readonly Key?: string | undefined; readonly Value?: string | undefined };

/** The condition keys of a request that sets tags: aws:RequestTag/… and aws:TagKeys. */
export function requestTags(
  tags: readonly SentTag[] = [],
): Readonly<Record<string, string | readonly string[]>> {
  if (tags.length === 0) return {};
  return {
    ...Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [`aws:RequestTag/${Key}`, Value])),
    'aws:TagKeys': tags.map(({ Key = '' }) => Key),
  };
}
