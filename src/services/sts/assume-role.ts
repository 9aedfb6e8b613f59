import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { AwsError } from '../../errors/aws-error.ts';
import {
  packedPolicyTooLarge,
  stsAccessDenied,
  stsMalformedPolicyDocument,
  stsNotImplemented,
  stsValidationError,
} from '../../errors/sts.ts';
import { parseIamArn } from '../../identity/arn.ts';
import {
  AssumeRoleNotPermittedError,
  assumeRole as assume,
  issueSessionCredentials,
} from '../../identity/assume-role.ts';
import { awsManagedPolicy } from '../../identity/aws-managed-policies.ts';
import type { Identity } from '../../identity/identity.ts';
import {
  CHAINED_SESSION_SECONDS_MAX,
  ROLE_SESSION_SECONDS_MAX,
  SESSION_POLICY_ARNS_MAX,
  SESSION_POLICY_CHARACTERS_MAX,
  SESSION_SECONDS_DEFAULT,
  SESSION_SECONDS_MIN,
} from '../../identity/limits.ts';
import { requireManagedPolicy } from '../../identity/managed-policies.ts';
import { parsePolicy } from '../../policy/document.ts';
import { PolicyError } from '../../policy/policy-error.ts';
import type { Principal } from '../../policy/types.ts';
import { requestContext } from '../request-context.ts';
import { credentialShape } from './credential-shape.ts';
import { refuseMinimumTokenSize } from './minimum-token-size.ts';
import type { StsOperation } from './operation.ts';

const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;
/** Members whose effect is not built. */
const UNBUILT = [
  'Tags',
  'TransitiveTagKeys',
  'SerialNumber',
  'TokenCode',
  'SourceIdentity',
  'ProvidedContexts',
] as const satisfies readonly (keyof AssumeRoleCommandInput)[];

/** The trust policy of the role decides, together with the caller's own policies: `assumeRole` asks both. */
export function assumeRole(identity: Identity): StsOperation<'AssumeRole'> {
  return {
    access: () => [],
    handle: async (input, call) => {
      for (const member of UNBUILT) {
        if (input[member] !== undefined) throw stsNotImplemented(`AssumeRole with ${member}`);
      }
      refuseMinimumTokenSize('AssumeRole', input);
      const { RoleArn, RoleSessionName, Policy, PolicyArns = [], ExternalId } = input;
      checkNames(RoleArn, RoleSessionName);
      if (Policy !== undefined) checkSessionPolicy(Policy);
      const arns = PolicyArns.flatMap(({ arn }) => arn ?? []);
      if (arns.length > SESSION_POLICY_ARNS_MAX) {
        throw stsValidationError(`A session takes at most ${SESSION_POLICY_ARNS_MAX} managed policies.`);
      }
      const { session, role } = await permitted(
        assume(identity, {
          caller: call.caller,
          roleArn: RoleArn,
          sessionName: RoleSessionName,
          context: {
            ...requestContext(call),
            ...(ExternalId === undefined ? {} : { 'sts:ExternalId': ExternalId }),
          },
          ...(Policy === undefined ? {} : { sessionPolicy: Policy }),
          ...(arns.length === 0 ? {} : { sessionPolicyArns: arns }),
        }),
      );
      for (const arn of arns) await requireSessionPolicy(identity, session.account, arn);
      const seconds = checkedDuration(input.DurationSeconds, role.maxSessionSeconds, call.caller);
      const credentials = issueSessionCredentials(identity, session, seconds);
      return {
        Credentials: credentialShape(credentials),
        AssumedRoleUser: { AssumedRoleId: `${session.roleId}:${session.sessionName}`, Arn: session.arn },
        ...(Policy === undefined
          ? {}
          : { PackedPolicySize: Math.ceil((Policy.length * 100) / SESSION_POLICY_CHARACTERS_MAX) }),
      };
    },
  };
}

async function permitted<Result>(assuming: Promise<Result>): Promise<Result> {
  try {
    return await assuming;
  } catch (error) {
    if (error instanceof AssumeRoleNotPermittedError) throw stsAccessDenied(error.message);
    throw error;
  }
}

function checkNames(roleArn: string, sessionName: string): void {
  if (!roleArn.startsWith('arn:') || parseIamArn(roleArn)?.kind !== 'role')
    throw stsValidationError(`${roleArn} is invalid`);
  if (!SESSION_NAME.test(sessionName)) {
    throw stsValidationError(
      `1 validation error detected: Value '${sessionName}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
    );
  }
}

function checkSessionPolicy(policy: string): void {
  if (policy.length > SESSION_POLICY_CHARACTERS_MAX) {
    throw packedPolicyTooLarge(`The policy has more than ${SESSION_POLICY_CHARACTERS_MAX} characters.`);
  }
  try {
    parsePolicy(policy, 'identity');
  } catch (error) {
    if (error instanceof PolicyError) throw stsMalformedPolicyDocument(error.message);
    throw error;
  }
}

/** AWS: "The policies must exist in the same account as the role." One that does not would narrow the session to nothing,
 * or to what somebody makes of it later. */
async function requireSessionPolicy(identity: Identity, account: string, arn: string): Promise<void> {
  if (awsManagedPolicy(arn) !== undefined) return;
  try {
    await requireManagedPolicy(identity, account, arn);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw stsMalformedPolicyDocument(`Policy ${arn} does not exist or is not attachable.`);
  }
}

function checkedDuration(
  seconds: number = SESSION_SECONDS_DEFAULT,
  roleSecondsMax: number,
  caller: Principal,
): number {
  if (seconds < SESSION_SECONDS_MIN || seconds > ROLE_SESSION_SECONDS_MAX) {
    throw stsValidationError(
      `1 validation error detected: Value '${seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value between ${SESSION_SECONDS_MIN} and ${ROLE_SESSION_SECONDS_MAX}`,
    );
  }
  if (caller.kind === 'role-session' && seconds > CHAINED_SESSION_SECONDS_MAX) {
    throw stsValidationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  }
  if (seconds > roleSecondsMax) {
    throw stsValidationError(
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  }
  return seconds;
}
