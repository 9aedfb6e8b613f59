import { conditionHolds } from './conditions.ts';
import { matchesResource, matchesText } from './match.ts';
import { type Naming, namingOf, type PrincipalIds } from './principals.ts';
import type { RequestValues } from './request-values.ts';
import type { AccessRequest, PolicyDocument, Statement, StringMatch } from './types.ts';
import { expandVariables } from './variables.ts';

export interface Question {
  readonly request: AccessRequest;
  /** Lower-case. */
  readonly action: string;
  readonly values: RequestValues;
  /** Of the resource's policy. */
  readonly principalIds?: PrincipalIds;
}

/** Whether the statement speaks of this request, and how it names the principal (`direct` where the document is
 * attached to the principal itself). */
export function statementApplies(
  document: PolicyDocument,
  statement: Statement,
  question: Question,
): Naming | undefined {
  if (!actionMatches(statement.actions, question.action)) return undefined;
  // Documents of 2008 know no variables: `${aws:username}` is plain text there.
  const variables = document.version === '2012-10-17';
  if (
    statement.resources !== undefined &&
    !resourceMatches(statement, statement.resources, question, variables)
  ) {
    return undefined;
  }
  const naming =
    statement.principal === undefined
      ? 'direct'
      : namingOf(statement.principal, question.request.principal, question.principalIds);
  if (naming === undefined) return undefined;
  return statement.conditions.every((condition) => conditionHolds(condition, question.values, variables))
    ? naming
    : undefined;
}

function actionMatches(match: StringMatch, action: string): boolean {
  return match.patterns.some((pattern) => matchesText(pattern, action)) !== match.negated;
}

function resourceMatches(
  statement: Statement,
  match: StringMatch,
  question: Question,
  variables: boolean,
): boolean {
  let matched = false;
  for (const text of match.patterns) {
    const pattern = variables ? expandVariables(text, question.values) : { text };
    if (pattern === undefined) {
      // A variable without a value: an Allow of everything but that unknown resource would allow too much.
      if (match.negated && statement.effect === 'Allow') return false;
      continue;
    }
    matched ||= matchesResource(pattern, question.request.resource);
  }
  return matched !== match.negated;
}
