import { addressInRange } from './ip-address.ts';
import { matchesArn, matchesPattern } from './match.ts';
import { dateOf, numberOf, type Operator, operatorOf } from './operators.ts';
import type { RequestValues } from './request-values.ts';
import type { Condition } from './types.ts';
import { expandVariables } from './variables.ts';

/** Whether one condition holds. Listed values are alternatives; under a Not operator none of them may match.
 * A key that the request does not carry fails a condition, except: Not operators and IfExists hold, and
 * ForAllValues holds of the empty set.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_multi-value-conditions.html */
export function conditionHolds(condition: Condition, values: RequestValues, variables: boolean): boolean {
  const operator = operatorOf(condition.operator);
  // The parser lets none pass; a statement that cannot be understood must not allow anything.
  if (operator === undefined) return false;
  const asked = values.get(condition.key);
  const missing = asked === undefined || asked.length === 0;
  if (operator.family === 'null') {
    return condition.values.some((value) => (value.toLowerCase() === 'true') === missing);
  }
  if (missing) {
    if (operator.ifExists || operator.set === 'ForAllValues') return true;
    return operator.negated && operator.set !== 'ForAnyValue';
  }
  const matchesOne = (value: string) =>
    condition.values.some((listed) => valueMatches(operator, listed, value, values, variables));
  switch (operator.set) {
    case 'ForAllValues':
      return asked.every((value) => matchesOne(value) !== operator.negated);
    case 'ForAnyValue':
      return asked.some((value) => matchesOne(value) !== operator.negated);
    case undefined:
      return asked.some(matchesOne) !== operator.negated;
  }
}

function valueMatches(
  operator: Operator,
  listed: string,
  asked: string,
  values: RequestValues,
  variables: boolean,
): boolean {
  switch (operator.family) {
    case 'string':
    case 'arn': {
      const pattern = variables ? expandVariables(listed, values) : { text: listed };
      if (pattern === undefined) return false;
      if (operator.family === 'arn') return matchesArn(pattern, asked);
      if (operator.comparison === 'like') return matchesPattern(pattern, asked);
      return operator.comparison === 'equals'
        ? pattern.text === asked
        : pattern.text.toLowerCase() === asked.toLowerCase();
    }
    case 'numeric':
      return compares(operator, numberOf(asked), numberOf(listed));
    case 'date':
      return compares(operator, dateOf(asked), dateOf(listed));
    case 'bool':
      return listed.toLowerCase() === asked.toLowerCase();
    case 'binary':
      return Buffer.from(listed, 'base64').equals(Buffer.from(asked, 'base64'));
    case 'ip':
      return addressInRange(asked, listed);
    case 'null':
      return false;
  }
}

function compares(operator: Operator, asked: number | undefined, listed: number | undefined): boolean {
  if (asked === undefined || listed === undefined) return false;
  switch (operator.comparison) {
    case 'less':
      return asked < listed;
    case 'less-equal':
      return asked <= listed;
    case 'greater':
      return asked > listed;
    case 'greater-equal':
      return asked >= listed;
    case 'equals':
    case 'like':
    case 'ignore-case':
      return asked === listed;
  }
}
