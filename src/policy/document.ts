import { duplicateKey } from './duplicate-keys.ts';
import { isObject } from './json-values.ts';
import { PolicyError } from './policy-error.ts';
import { type PolicyKind, parseStatement } from './statement.ts';
import type { PolicyDocument } from './types.ts';

const ELEMENTS: ReadonlySet<string> = new Set(['Version', 'Id', 'Statement']);

/** Reads a policy strictly: what AWS would refuse, or what we would not obey, throws.
 * @throws PolicyError with the words of the service that knows this kind (S3 for `resource`, else IAM). */
export function parsePolicy(json: string, kind: PolicyKind): PolicyDocument {
  const root = parseJson(json, kind);
  for (const element of Object.keys(root)) {
    if (!ELEMENTS.has(element)) throw new PolicyError(`Unknown field ${element}`);
  }
  const version = root['Version'] ?? '2008-10-17';
  if (version !== '2012-10-17' && version !== '2008-10-17') {
    throw new PolicyError(
      kind === 'resource'
        ? 'The policy must contain a valid version string'
        : 'Policy document must be version 2012-10-17 or greater.',
    );
  }
  const id = root['Id'];
  if (id !== undefined && typeof id !== 'string') throw new PolicyError('Id must be a string');
  const statement = root['Statement'];
  if (statement === undefined) throw new PolicyError('Missing required field Statement');
  const list: readonly unknown[] = Array.isArray(statement) ? statement : [statement];
  if (list.length === 0) throw new PolicyError('Could not parse the policy: Statement is empty!');
  const statements = list.map((entry) => parseStatement(entry, kind));
  refuseEqualSids(statements.map((entry) => entry.sid));
  return { version, ...(id === undefined ? {} : { id }), statements };
}

function parseJson(json: string, kind: PolicyKind): Readonly<Record<string, unknown>> {
  const malformed =
    kind === 'resource'
      ? "Policies must be valid JSON and the first byte must be '{'"
      : 'Syntax errors in policy.';
  if (!json.startsWith('{')) throw new PolicyError(malformed);
  let root: unknown;
  try {
    root = JSON.parse(json);
  } catch {
    throw new PolicyError(malformed);
  }
  if (!isObject(root)) throw new PolicyError(malformed);
  const repeated = duplicateKey(json);
  if (repeated !== undefined) throw new PolicyError(`Duplicate field ${repeated}`);
  return root;
}

function refuseEqualSids(sids: readonly (string | undefined)[]): void {
  const named = sids.filter((sid) => sid !== undefined && sid !== '');
  if (new Set(named).size !== named.length) {
    throw new PolicyError('Statement IDs (SID) in a single policy must be unique.');
  }
}
