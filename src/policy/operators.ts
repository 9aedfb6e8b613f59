import { isAddressRange } from './ip-address.ts';

/** AWS's condition operators, without the set prefix and the IfExists ending.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
export type OperatorFamily = 'string' | 'numeric' | 'date' | 'bool' | 'binary' | 'ip' | 'arn' | 'null';

export interface BaseOperator {
  readonly family: OperatorFamily;
  /** True for the Not operators: they hold when no listed value matches, and when the key is missing. */
  readonly negated: boolean;
  readonly comparison:
    | 'equals'
    | 'like'
    | 'ignore-case'
    | 'less'
    | 'less-equal'
    | 'greater'
    | 'greater-equal';
}

export interface Operator extends BaseOperator {
  readonly set: 'ForAllValues' | 'ForAnyValue' | undefined;
  readonly ifExists: boolean;
}

const BASE: ReadonlyMap<string, BaseOperator> = new Map([
  base('StringEquals', 'string', 'equals'),
  base('StringNotEquals', 'string', 'equals', true),
  base('StringEqualsIgnoreCase', 'string', 'ignore-case'),
  base('StringNotEqualsIgnoreCase', 'string', 'ignore-case', true),
  base('StringLike', 'string', 'like'),
  base('StringNotLike', 'string', 'like', true),
  base('NumericEquals', 'numeric', 'equals'),
  base('NumericNotEquals', 'numeric', 'equals', true),
  base('NumericLessThan', 'numeric', 'less'),
  base('NumericLessThanEquals', 'numeric', 'less-equal'),
  base('NumericGreaterThan', 'numeric', 'greater'),
  base('NumericGreaterThanEquals', 'numeric', 'greater-equal'),
  base('DateEquals', 'date', 'equals'),
  base('DateNotEquals', 'date', 'equals', true),
  base('DateLessThan', 'date', 'less'),
  base('DateLessThanEquals', 'date', 'less-equal'),
  base('DateGreaterThan', 'date', 'greater'),
  base('DateGreaterThanEquals', 'date', 'greater-equal'),
  base('Bool', 'bool', 'equals'),
  base('BinaryEquals', 'binary', 'equals'),
  base('IpAddress', 'ip', 'equals'),
  base('NotIpAddress', 'ip', 'equals', true),
  base('ArnEquals', 'arn', 'like'),
  base('ArnLike', 'arn', 'like'),
  base('ArnNotEquals', 'arn', 'like', true),
  base('ArnNotLike', 'arn', 'like', true),
  base('Null', 'null', 'equals'),
]);

function base(
  name: string,
  family: OperatorFamily,
  comparison: BaseOperator['comparison'],
  negated = false,
): [string, BaseOperator] {
  return [name.toLowerCase(), { family, comparison, negated }];
}

const parsed = new Map<string, Operator>();

/** The meaning of an operator as written in a policy (any letter case), or undefined when AWS has none such. */
export function operatorOf(written: string): Operator | undefined {
  const known = parsed.get(written);
  if (known !== undefined) return known;
  const match = /^(?:(forallvalues|foranyvalue):)?([a-z]+?)(ifexists)?$/.exec(written.toLowerCase());
  const found = match?.[2] === undefined ? undefined : BASE.get(match[2]);
  if (found === undefined) return undefined;
  const set =
    match?.[1] === undefined ? undefined : match[1] === 'forallvalues' ? 'ForAllValues' : 'ForAnyValue';
  const ifExists = match?.[3] !== undefined;
  // Null asks about existence itself: AWS refuses IfExists on it, and a set has no existence of its own.
  if (found.family === 'null' && (ifExists || set !== undefined)) return undefined;
  const operator: Operator = { ...found, set, ifExists };
  // At most a few hundred spellings are in use; the bound only stops a hostile one from growing the map.
  if (parsed.size < SPELLINGS_MAX) parsed.set(written, operator);
  return operator;
}

const SPELLINGS_MAX = 1_000;

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const ISO_DATE = /^\d{4}-\d{2}(?:-\d{2}(?:T\d{2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?)?(?:Z|[+-]\d{2}:?\d{2})?)?)?$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

export function numberOf(text: string): number | undefined {
  return NUMBER.test(text) ? Number(text) : undefined;
}

/** Milliseconds since the epoch, from AWS's two forms: ISO 8601 (UTC unless it says otherwise) or seconds. */
export function dateOf(text: string): number | undefined {
  const seconds = numberOf(text);
  if (seconds !== undefined && !/^\d{4}$/.test(text)) return seconds * 1_000;
  if (seconds !== undefined) return Date.UTC(seconds, 0);
  if (!ISO_DATE.test(text)) return undefined;
  const zoned = !text.includes('T') || /(?:Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`;
  const milliseconds = Date.parse(zoned);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

/** Whether a policy may list this value under the operator. Policy variables exist in strings and ARNs only. */
export function isValueOf(operator: Operator, value: string): boolean {
  switch (operator.family) {
    case 'string':
      return true;
    case 'arn':
      return (
        value === '*' || value.includes('${') || value.split(':').length >= 6 || value.startsWith('arn:')
      );
    case 'numeric':
      return numberOf(value) !== undefined;
    case 'date':
      return dateOf(value) !== undefined;
    case 'bool':
    case 'null':
      return /^(?:true|false)$/i.test(value);
    case 'binary':
      return BASE64.test(value);
    case 'ip':
      return isAddressRange(value);
  }
}
