import { iamNotImplemented, limitExceeded, malformedPolicyDocument } from '../errors/iam.ts';
import { parsePolicy } from '../policy/document.ts';
import { PolicyError } from '../policy/policy-error.ts';
import type { PrincipalIds } from '../policy/principals.ts';
import type { PolicyKind } from '../policy/statement.ts';
import type { PolicyDocument } from '../policy/types.ts';
import type { IdentityContext } from './context.ts';
import { TRUST_POLICY_CHARACTERS_MAX } from './limits.ts';
import { resolvePrincipals } from './resolve-principals.ts';

/** Length as AWS counts it against its limits. */
export function countedCharacters(document: string): number {
  return document.replaceAll(/\s/g, '').length;
}

/** @throws AwsError MalformedPolicyDocument, NotImplemented */
export function checkedDocument(document: string, kind: PolicyKind): PolicyDocument {
  try {
    return parsePolicy(document, kind);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw error.unsupported ? iamNotImplemented(error.message) : malformedPolicyDocument(error.message);
  }
}

/** Checks a role's trust policy, whose principals must exist, and gives their unique ids by ARN.
 * @throws AwsError MalformedPolicyDocument, LimitExceeded, NotImplemented */
export async function checkTrustPolicy(context: IdentityContext, document: string): Promise<PrincipalIds> {
  if (countedCharacters(document) > TRUST_POLICY_CHARACTERS_MAX) {
    throw limitExceeded(`Cannot exceed quota for ACLSizePerRole: ${TRUST_POLICY_CHARACTERS_MAX}`);
  }
  const parsed = checkedDocument(document, 'trust');
  for (const { actions } of parsed.statements) {
    if (actions.negated || actions.patterns.some((action) => !action.startsWith('sts:'))) {
      throw malformedPolicyDocument('AssumeRole policy may only specify STS AssumeRole actions.');
    }
  }
  const {
    ids,
    unknown: [unknown],
  } = await resolvePrincipals(context, parsed);
  if (unknown !== undefined) throw malformedPolicyDocument(`Invalid principal in policy: "AWS":"${unknown}"`);
  return ids;
}
