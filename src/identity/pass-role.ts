import type { Decision, Principal, RequestContext } from '../policy/types.ts';
import { parseIamArn } from './arn.ts';
import { authorise } from './authorise.ts';
import type { Identity } from './identity.ts';

/** Whether the caller may hand this role to a service: iam:PassRole on it, with iam:PassedToService. A role of
 * another account is never passed. That the role exists is not asked: AWS does not, either.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html */
export async function passRole(
  identity: Identity,
  request: {
    readonly caller: Principal;
    readonly roleArn: string;
    /** As `s3.amazonaws.com`. */
    readonly service: string;
    readonly context?: RequestContext;
  },
): Promise<Decision> {
  const { caller, roleArn, service } = request;
  const role = parseIamArn(roleArn);
  const account = 'account' in caller ? caller.account : undefined;
  if (role?.kind !== 'role' || account === undefined || role.account !== account) {
    return { decision: 'implicit-deny', missing: 'identity' };
  }
  return await authorise(identity, {
    principal: caller,
    action: 'iam:PassRole',
    resource: roleArn,
    context: { ...request.context, 'iam:PassedToService': service },
    resourceAccount: role.account,
  });
}
