import type { Naming } from './principals.ts';
import { RequestValues } from './request-values.ts';
import { type Question, statementApplies } from './statement-applies.ts';
import type { AccessRequest, ApplicablePolicies, Decision, PolicyDocument } from './types.ts';

type Source = 'identity' | 'resource' | 'boundary' | 'session';
type Missing = Extract<Decision, { decision: 'implicit-deny' }>['missing'];

/** AWS's evaluation logic. An explicit deny anywhere wins. Then, within one account, an Allow of the identity's
 * or of the resource's policies is enough; between accounts both are needed. Boundary and session policies
 * cut what the identity's policies allow.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html */
export function evaluate(request: AccessRequest, policies: ApplicablePolicies): Decision {
  const question: Question = {
    request,
    action: request.action.toLowerCase(),
    values: new RequestValues(request, policies.resourceAccount),
    ...(policies.resourcePrincipalIds === undefined ? {} : { principalIds: policies.resourcePrincipalIds }),
  };
  const denied = explicitDeny(question, policies);
  if (denied !== undefined) return denied;
  const missing = whatIsMissing(question, policies);
  return missing === undefined ? { decision: 'allow' } : { decision: 'implicit-deny', missing };
}

function explicitDeny(question: Question, policies: ApplicablePolicies): Decision | undefined {
  const sources: [Source, readonly PolicyDocument[]][] = [
    ['identity', policies.identity],
    ['boundary', policies.boundary === undefined ? [] : [policies.boundary]],
    ['session', policies.session ?? []],
    ['resource', policies.resource === undefined ? [] : [policies.resource]],
  ];
  for (const [policy, documents] of sources) {
    for (const document of documents) {
      for (const [index, statement] of document.statements.entries()) {
        if (statement.effect === 'Deny' && statementApplies(document, statement, question) !== undefined) {
          return { decision: 'explicit-deny', statement: statement.sid ?? `#${index + 1}`, policy };
        }
      }
    }
  }
  return undefined;
}

function whatIsMissing(question: Question, policies: ApplicablePolicies): Missing | undefined {
  const principal = question.request.principal;
  const naming = policies.resource === undefined ? undefined : allowedNaming(policies.resource, question);
  if (principal.kind === 'anonymous' || principal.kind === 'service') {
    return naming === undefined ? 'resource' : undefined;
  }
  if (principal.account !== policies.resourceAccount) {
    const lacking = missingFromIdentity(question, policies);
    return lacking ?? (naming === undefined ? 'resource' : undefined);
  }
  if (naming === 'direct') return undefined;
  if (naming === 'role') return missingFromLimits(question, policies);
  if (policies.resourceMustAllow === true && naming === undefined) return 'resource';
  return missingFromIdentity(question, policies);
}

/** The strongest way in which an Allow of the resource's policy names the principal. A user or session that is
 * named itself needs nothing more in its own account, a role still stays within boundary and session policies,
 * and a named account only passes the question on to the identity's own policies. */
function allowedNaming(document: PolicyDocument, question: Question): Naming | undefined {
  let strongest: Naming | undefined;
  for (const statement of document.statements) {
    if (statement.effect !== 'Allow') continue;
    const naming = statementApplies(document, statement, question);
    if (naming === 'direct') return naming;
    if (naming === 'role' || strongest === undefined) strongest = naming ?? strongest;
  }
  return strongest;
}

function missingFromIdentity(question: Question, policies: ApplicablePolicies): Missing | undefined {
  // The root of an account may do everything in it; only others' explicit denies bind it.
  if (question.request.principal.kind !== 'root' && !anyAllows(policies.identity, question))
    return 'identity';
  return missingFromLimits(question, policies);
}

function missingFromLimits(question: Question, policies: ApplicablePolicies): Missing | undefined {
  if (policies.boundary !== undefined && !anyAllows([policies.boundary], question)) return 'boundary';
  if (policies.session !== undefined && !anyAllows(policies.session, question)) return 'session';
  return undefined;
}

function anyAllows(documents: readonly PolicyDocument[], question: Question): boolean {
  return documents.some((document) =>
    document.statements.some(
      (statement) =>
        statement.effect === 'Allow' && statementApplies(document, statement, question) !== undefined,
    ),
  );
}
