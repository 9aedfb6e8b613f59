import { replicationDocumentMalformed } from '../../errors/replication.ts';

/** One of the values that AWS's schema allows, case and all.
 * @throws MalformedXML */
export function readStatus<Value extends string>(
  value: string | undefined,
  allowed: readonly Value[],
  element: string,
): Value {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw replicationDocumentMalformed(`${element} is ${value ?? 'absent'}`);
  return found;
}

export const ENABLED_OR_DISABLED = ['Enabled', 'Disabled'] as const;
