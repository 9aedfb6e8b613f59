import { UsageError } from './command.ts';

/** What several commands take after an option. */

const PRIORITY_MAX = 2_147_483_647;

/** @throws UsageError */
export function checkRole(role: string | undefined): void {
  if (role === undefined || role === 'new' || /^arn:aws:iam::\d{12}:role\/.+$/.test(role)) return;
  throw new UsageError(
    `--role is "new", or an ARN such as arn:aws:iam::111122223333:role/NAME, not "${role}".`,
  );
}

/** @throws UsageError */
export function readPriority(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,10}$/.test(text) && Number(text) <= PRIORITY_MAX) return Number(text);
  throw new UsageError(`A priority is a whole number from 0 to ${PRIORITY_MAX}, not "${text}".`);
}

/** `{ name: value }`, or nothing where there is no value. */
export function optional<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [Key in Name]?: Value } {
  // A computed name loses its type.
  return (value === undefined ? {} : { [name]: value }) as { readonly [Key in Name]?: Value };
}
