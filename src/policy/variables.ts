import type { Pattern } from './match.ts';
import type { RequestValues } from './request-values.ts';

/** `${key}`, `${key, 'default'}`, and `${*}`, `${?}`, `${$}` for the characters themselves.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html */
// What is never closed is taken to the end, and not searched again from each `${` in it.
const VARIABLE = /\$\{([^}]*)(\}?)/g;
const WITH_DEFAULT = /^\s*([^,\s]+)\s*,\s*'(.*)'\s*$/;

/** The pattern with its variables replaced by the request's values, which stand for themselves even when they
 * hold `*`. Undefined when a variable has no single value in this request: such a pattern matches nothing. */
export function expandVariables(text: string, values: RequestValues): Pattern | undefined {
  if (!text.includes('${')) return { text };
  const literal = new Set<number>();
  let expanded = '';
  let end = 0;
  for (const match of text.matchAll(VARIABLE)) {
    if (match[2] === '') break;
    const value = valueOf(match[1] ?? '', values);
    if (value === undefined) return undefined;
    expanded += text.slice(end, match.index);
    for (let offset = 0; offset < value.length; offset++) literal.add(expanded.length + offset);
    expanded += value;
    end = match.index + match[0].length;
  }
  return { text: expanded + text.slice(end), literal };
}

function valueOf(inner: string, values: RequestValues): string | undefined {
  if (inner === '*' || inner === '?' || inner === '$') return inner;
  const withDefault = WITH_DEFAULT.exec(inner);
  const found = values.get(withDefault?.[1] ?? inner.trim());
  // AWS resolves single-valued keys only.
  return found?.length === 1 ? found[0] : withDefault?.[2];
}
