import { isObject, stringsOf } from './json-values.ts';
import { isValueOf, operatorOf } from './operators.ts';
import { PolicyError } from './policy-error.ts';
import { parsePrincipal } from './principal-element.ts';
import type { Condition, Statement, StringMatch } from './types.ts';

/** Where a document is attached decides which elements it must have and must not have. */
export type PolicyKind = 'identity' | 'resource' | 'trust';

const ELEMENTS: ReadonlySet<string> = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);
const SID_IDENTITY = /^[A-Za-z0-9]*$/;
const ACTION = /^[A-Za-z0-9-]+:[A-Za-z0-9*?-]+$/;
/** A context key: a service's prefix, a name, perhaps a tag's key behind it (aws:RequestTag/Cost Center). */
const CONDITION_KEY = /^[A-Za-z0-9-]+:.+$/;

/** One statement of a document of that kind.
 * @throws PolicyError */
export function parseStatement(entry: unknown, kind: PolicyKind): Statement {
  if (!isObject(entry)) throw new PolicyError('Statement must be an object');
  for (const element of Object.keys(entry)) {
    if (!ELEMENTS.has(element)) throw new PolicyError(`Unknown field ${element}`);
  }
  const effect = effectOf(entry['Effect']);
  const sid = sidOf(entry['Sid'], kind);
  const principal = principalOf(entry, effect, kind);
  const resources = resourcesOf(entry, kind);
  return {
    ...(sid === undefined ? {} : { sid }),
    effect,
    ...(principal === undefined ? {} : { principal }),
    actions: actionsOf(entry),
    ...(resources === undefined ? {} : { resources }),
    conditions: conditionsOf(entry['Condition']),
  };
}

function effectOf(value: unknown): 'Allow' | 'Deny' {
  if (value === undefined) throw new PolicyError('Missing required field Effect');
  if (value !== 'Allow' && value !== 'Deny')
    throw new PolicyError(`Invalid effect: ${JSON.stringify(value)}`);
  return value;
}

function sidOf(value: unknown, kind: PolicyKind): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw new PolicyError('Sid must be a string');
  // Resource policies take any text: consoles and older tools write spaces and hyphens there.
  if (kind !== 'resource' && !SID_IDENTITY.test(value)) {
    throw new PolicyError(
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
    );
  }
  return value;
}

function principalOf(entry: Readonly<Record<string, unknown>>, effect: 'Allow' | 'Deny', kind: PolicyKind) {
  const present = entry['Principal'] !== undefined;
  const negated = entry['NotPrincipal'] !== undefined;
  if (kind === 'identity') {
    if (present || negated) throw new PolicyError('Policy document should not specify a principal.');
    return undefined;
  }
  if (present && negated) throw new PolicyError('Principal and NotPrincipal exclude each other');
  if (!present && !negated) {
    throw new PolicyError(
      kind === 'resource'
        ? 'Missing required field Principal'
        : 'Missing required field Principal cannot be empty!',
    );
  }
  if (negated && kind === 'trust') throw new PolicyError('AssumeRole policy may not contain NotPrincipal');
  if (negated && effect === 'Allow') throw new PolicyError('Allow with NotPrincipal is not allowed');
  return parsePrincipal(negated ? entry['NotPrincipal'] : entry['Principal'], negated);
}

function actionsOf(entry: Readonly<Record<string, unknown>>): StringMatch {
  const match = matchOf(entry, 'Action', 'NotAction');
  if (match === undefined || match.patterns.length === 0) {
    throw new PolicyError('Policy statement must contain actions.');
  }
  for (const action of match.patterns) {
    if (action !== '*' && !ACTION.test(action)) {
      throw new PolicyError(
        action.includes(':')
          ? `Policy has invalid action: ${action}`
          : 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
      );
    }
  }
  // Actions compare without letter case; lowered here once instead of at every request.
  return { negated: match.negated, patterns: match.patterns.map((action) => action.toLowerCase()) };
}

function resourcesOf(entry: Readonly<Record<string, unknown>>, kind: PolicyKind): StringMatch | undefined {
  const match = matchOf(entry, 'Resource', 'NotResource');
  if (kind === 'trust') {
    if (match !== undefined) throw new PolicyError('Has prohibited field Resource');
    return undefined;
  }
  if (match === undefined || match.patterns.length === 0) {
    throw new PolicyError(
      kind === 'resource' ? 'Missing required field Resource' : 'Policy statement must contain resources.',
    );
  }
  for (const resource of match.patterns) {
    if (resource !== '*' && !/^arn:[^:]+:[^:]*:/.test(resource)) {
      throw new PolicyError(
        kind === 'resource'
          ? 'Policy has invalid resource'
          : `Resource ${resource} must be in ARN format or "*".`,
      );
    }
  }
  return match;
}

function matchOf(
  entry: Readonly<Record<string, unknown>>,
  element: string,
  negatedElement: string,
): StringMatch | undefined {
  const value = entry[element];
  const negatedValue = entry[negatedElement];
  if (value !== undefined && negatedValue !== undefined) {
    throw new PolicyError(`${element} and ${negatedElement} exclude each other`);
  }
  if (value !== undefined) return { negated: false, patterns: stringsOf(value, element) };
  if (negatedValue !== undefined) return { negated: true, patterns: stringsOf(negatedValue, negatedElement) };
  return undefined;
}

function conditionsOf(value: unknown): Condition[] {
  if (value === undefined) return [];
  if (!isObject(value)) throw new PolicyError('Condition must be an object');
  return Object.entries(value).flatMap(([operator, block]) => {
    if (operatorOf(operator) === undefined) throw new PolicyError(`Invalid Condition type : ${operator}`);
    if (!isObject(block)) throw new PolicyError(`Condition ${operator} must be an object`);
    return Object.entries(block).map(([key, values]) => conditionOf(operator, key, values));
  });
}

function conditionOf(operator: string, key: string, value: unknown): Condition {
  if (!CONDITION_KEY.test(key)) throw new PolicyError(`Policy has an invalid condition key: ${key}`);
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const values = list.map((entry) => {
    if (typeof entry !== 'string' && typeof entry !== 'number' && typeof entry !== 'boolean') {
      throw new PolicyError(`Condition ${operator} has an invalid value for ${key}`);
    }
    return String(entry);
  });
  const meaning = operatorOf(operator);
  for (const entry of values) {
    if (meaning !== undefined && !isValueOf(meaning, entry)) {
      throw new PolicyError(`Invalid value for ${operator} of ${key}: ${entry}`);
    }
  }
  return { operator, key, values };
}
