import { hash } from 'node:crypto';
import type { AwsClients } from './aws-clients.ts';
import { note, type Perform } from './aws-steps.ts';
import { RequestError } from './command.ts';
import { trustPolicy } from './rule/policies.ts';
import type { Terminal } from './terminal.ts';

/** As the console does with the roles that it makes. */
const ROLE_PATH = '/service-role/';
const ROLE_NAME_LENGTH_MAX = 64;

export interface WantedRole {
  readonly roleName: string;
  /** Who assumes it: `s3.amazonaws.com`. */
  readonly service: string;
  /** What for, in a few words. */
  readonly purpose: string;
  /** Inline policies by name; those of the same name are replaced, others stay. */
  readonly policies: Readonly<Record<string, object>>;
}

/** `prefix` and the bucket, which is shortened to a digest where both are longer than AWS allows. */
export function roleNameFor(prefix: string, bucket: string): string {
  const whole = `${prefix}${bucket}`;
  if (whole.length <= ROLE_NAME_LENGTH_MAX) return whole;
  const digest = hash('sha256', bucket).slice(0, 8);
  return `${whole.slice(0, ROLE_NAME_LENGTH_MAX - digest.length - 1)}_${digest}`;
}

/** Makes the role, or takes the one that is there, and gives it the policies.
 * @returns its ARN
 * @throws RequestError where a role of that name does not trust the service */
export async function ensureRole(
  aws: AwsClients,
  { perform, terminal }: { readonly perform: Perform; readonly terminal: Terminal },
  { roleName, service, purpose, policies }: WantedRole,
): Promise<string> {
  const { CreateRoleCommand, PutRolePolicyCommand } = await import('@aws-sdk/client-iam');
  const iam = await aws.iam();
  let arn = await findRole(aws, roleName, service);
  if (arn === undefined) {
    const trust = JSON.stringify(trustPolicy(service));
    const created = await perform({
      title: `a role for ${purpose}`,
      command: 'iam create-role',
      options: { path: ROLE_PATH, 'role-name': roleName, 'assume-role-policy-document': trust },
      run: () =>
        iam.send(
          new CreateRoleCommand({ Path: ROLE_PATH, RoleName: roleName, AssumeRolePolicyDocument: trust }),
        ),
    });
    arn = created?.Role?.Arn ?? `arn:aws:iam::${aws.account}:role${ROLE_PATH}${roleName}`;
  } else {
    note(terminal, `the role ${roleName} exists and is used`);
  }
  for (const [policyName, document] of Object.entries(policies)) {
    const policy = JSON.stringify(document);
    await perform({
      title: 'what the role may do',
      command: 'iam put-role-policy',
      options: { 'role-name': roleName, 'policy-name': policyName, 'policy-document': policy },
      run: () =>
        iam.send(
          new PutRolePolicyCommand({ RoleName: roleName, PolicyName: policyName, PolicyDocument: policy }),
        ),
    });
  }
  return arn;
}

/** A role that was named, looked at before it is used: one that cannot be assumed would only show when it is too late.
 * Another account's, or where the keys may not look, is taken as it is.
 * @throws RequestError where there is no such role, or it does not trust the service */
export async function checkNamedRole(aws: AwsClients, arn: string, service: string): Promise<void> {
  const { account, roleName } =
    /^arn:[^:]+:iam::(?<account>\d+):role\/(?:.*\/)?(?<roleName>[^/]+)$/.exec(arn)?.groups ?? {};
  if (account !== aws.account || roleName === undefined) return;
  let found: string | undefined;
  try {
    found = await findRole(aws, roleName, service);
  } catch (error) {
    if (error instanceof RequestError && error.code === 'AccessDenied') return;
    throw error;
  }
  if (found !== arn) throw new RequestError(`There is no role ${arn}.`);
}

async function findRole(aws: AwsClients, roleName: string, service: string): Promise<string | undefined> {
  const { GetRoleCommand } = await import('@aws-sdk/client-iam');
  try {
    const { Role } = await (await aws.iam()).send(new GetRoleCommand({ RoleName: roleName }));
    if (!decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '').includes(`"${service}"`)) {
      throw new RequestError(
        `The role ${roleName} does not trust ${service}: change its trust policy, or name another with --role.`,
      );
    }
    return Role?.Arn;
  } catch (error) {
    if (error instanceof RequestError && error.code?.startsWith('NoSuchEntity') === true) return undefined;
    throw error;
  }
}
