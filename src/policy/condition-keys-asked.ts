import type { PolicyDocument } from './types.ts';

/** Tells of policies whether some condition asks for a key that begins with `prefix`: what such keys say need not be read
 * where none does. Each document is walked once.
 * @param prefix in small letters: condition keys know no case */
export function askingForKeys(prefix: string): (policies: readonly PolicyDocument[]) => boolean {
  const known = new WeakMap<PolicyDocument, boolean>();
  const asks = (document: PolicyDocument): boolean => {
    let found = known.get(document);
    if (found === undefined) {
      found = document.statements.some(({ conditions }) =>
        conditions.some(({ key }) => key.toLowerCase().startsWith(prefix)),
      );
      known.set(document, found);
    }
    return found;
  };
  return (policies) => policies.some(asks);
}
