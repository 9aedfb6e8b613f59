import { PolicyError } from './policy-error.ts';

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A string or a list of strings, as policies allow nearly everywhere. */
export function stringsOf(value: unknown, element: string): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((entry) => {
    if (typeof entry !== 'string') throw new PolicyError(`${element} must be a string or a list of strings`);
    return entry;
  });
}
