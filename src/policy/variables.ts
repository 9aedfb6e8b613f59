import type { Pattern } from './match.ts';
import type { RequestValues } from './request-values.ts';

/** `${key}`, `${key, 'default'}`, and `${*}`, `${?}`, `${$}` for the characters themselves.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html */
const OPENING = '${';
const WITH_DEFAULT = /^\s*([^,\s]+)\s*,\s*'(.*)'\s*$/;

/** The pattern with its variables replaced by the request's values, which stand for themselves even when they
 * hold `*`. Undefined when a variable has no single value in this request: such a pattern matches nothing. */
export function expandVariables(text: string, values: RequestValues): Pattern | undefined {
  let opening = text.indexOf(OPENING);
  if (opening === -1) return { text };
  const literal = new Set<number>();
  let expanded = '';
  let end = 0;
  // No expression: its walk to a brace that never comes would be repeated for each that opens.
  while (opening !== -1) {
    const closing = text.indexOf('}', opening);
    if (closing === -1) break;
    const value = valueOf(text.slice(opening + OPENING.length, closing), values);
    if (value === undefined) return undefined;
    expanded += text.slice(end, opening);
    for (let offset = 0; offset < value.length; offset++) literal.add(expanded.length + offset);
    expanded += value;
    end = closing + 1;
    opening = text.indexOf(OPENING, end);
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
