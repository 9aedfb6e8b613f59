import { iamAccessDenied } from '../../errors/iam.ts';
import { authorise } from '../../identity/authorise.ts';
import type { Identity } from '../../identity/identity.ts';
import { explainDecision } from '../../policy/explain.ts';
import type { Principal } from '../../policy/types.ts';
import type { AccessRequirement, Call } from '../../wire/call.ts';
import { requestContext } from '../request-context.ts';

/** Returns when the caller's own policies allow all of it. For every service whose calls concern nothing but the
 * caller's own account: IAM, STS, and those that are not built yet.
 * @throws AwsError AccessDenied */
export async function authoriseInOwnAccount(
  identity: Identity,
  call: Call<Principal>,
  requirements: readonly AccessRequirement[],
): Promise<void> {
  for (const { action, resource, context } of requirements) {
    const principal = call.caller;
    const request = { principal, action, resource, context: { ...requestContext(call), ...context } };
    const resourceAccount = 'account' in principal ? principal.account : '';
    const decision = await authorise(identity, { ...request, resourceAccount });
    // IAM words it as S3 does, but without quotation marks around the ARN.
    if (decision.decision !== 'allow') {
      throw iamAccessDenied(explainDecision(request, decision).replaceAll('"', ''));
    }
  }
}
