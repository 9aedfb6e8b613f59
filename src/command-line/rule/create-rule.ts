import type { ReplicationConfiguration, ReplicationRule } from '@aws-sdk/client-s3';
import type { AwsClients } from '../aws-clients.ts';
import { awsLine, note, type Perform } from '../aws-steps.ts';
import { ensureVersioning, requireBucketRegion } from '../buckets.ts';
import { RequestError } from '../command.ts';
import { checkNamedRole, ensureRole, roleNameFor } from '../ensure-role.ts';
import type { Terminal } from '../terminal.ts';
import { destinationPolicy, replicationPolicy } from './policies.ts';
import { planRule } from './rule-document.ts';
import type { RuleRequest } from './rule-request.ts';

/** Named as the console names them. */
const ROLE_PREFIX = 's3crr_role_for_';
const SERVICE = 's3.amazonaws.com';

export interface CreateRuleOptions {
  readonly terminal: Terminal;
  readonly perform: Perform;
  readonly enableVersioning: boolean;
}

export interface CreatedRule {
  readonly ruleId: string;
  /** False where a rule that does the same was there already. */
  readonly added: boolean;
  readonly region: string;
  readonly role: string;
  /** What the owner of a destination in another account must put on it. */
  readonly destinationPolicy?: object;
}

/** Role, policies and rule by ordinary AWS calls, each printed; the rules that are there stay as they are.
 * @throws RequestError, UsageError */
export async function createRule(
  aws: AwsClients,
  request: RuleRequest,
  options: CreateRuleOptions,
): Promise<CreatedRule> {
  const { terminal, enableVersioning: agreed } = options;
  const { source, destination } = request;
  const foreign = request.account !== undefined && request.account !== aws.account;
  const region = await requireBucketRegion(aws, source);
  const far = foreign ? undefined : await ownDestinationRegion(aws, destination);
  const existing = await configurationOf(aws, source, region);
  const planned = planRule(existing, request);
  if (planned.kind === 'present') {
    const disabled = planned.rule.Status === 'Enabled' ? '' : ', but is Disabled';
    terminal.say(`The rule ${planned.rule.ID} of ${source} does this already${disabled}.`);
    return { ruleId: planned.rule.ID ?? '', added: false, region, role: existing?.Role ?? '' };
  }
  await ensureVersioning(aws, options, { bucket: source, region, agreed });
  if (far !== undefined) await ensureVersioning(aws, options, { bucket: destination, region: far, agreed });
  const role = await chooseRole(aws, request, options, existing, planned.rules);
  await putRules(aws, request, options.perform, { Role: role, Rules: [...planned.rules] }, region);
  const policy = foreign ? destinationPolicy(destination, role, request) : undefined;
  if (policy !== undefined) sayDestinationPolicy(aws, request, terminal, policy);
  return {
    ruleId: planned.rule.ID ?? '',
    added: true,
    region,
    role,
    ...(policy !== undefined && { destinationPolicy: policy }),
  };
}

async function ownDestinationRegion(aws: AwsClients, destination: string): Promise<string> {
  try {
    return await requireBucketRegion(aws, destination);
  } catch (error) {
    if (!(error instanceof RequestError) || error.code !== 'AccessDenied') throw error;
    throw new RequestError(
      `You may not use ${destination}: where it is another account's, name that account with --account ID.`,
      { cause: error },
    );
  }
}

async function configurationOf(
  aws: AwsClients,
  bucket: string,
  region: string,
): Promise<ReplicationConfiguration | undefined> {
  const { GetBucketReplicationCommand } = await import('@aws-sdk/client-s3');
  try {
    const s3 = await aws.s3(region);
    return (await s3.send(new GetBucketReplicationCommand({ Bucket: bucket }))).ReplicationConfiguration;
  } catch (error) {
    if (error instanceof RequestError && error.code === 'ReplicationConfigurationNotFoundError') {
      return undefined;
    }
    throw error;
  }
}

/** One role serves all rules of a bucket, so a further rule goes on with the role that is there. Ours gets what the new
 * destination needs; somebody else's is left alone. */
async function chooseRole(
  aws: AwsClients,
  { source, destination, role: wanted, changeOwner }: RuleRequest,
  { perform, terminal }: CreateRuleOptions,
  existing: ReplicationConfiguration | undefined,
  rules: readonly ReplicationRule[],
): Promise<string> {
  const roleName = roleNameFor(ROLE_PREFIX, source);
  const used = existing?.Role;
  const isOurs = used?.endsWith(`/${roleName}`) === true;
  if (wanted !== undefined && wanted !== 'new') {
    await checkNamedRole(aws, wanted, SERVICE);
    if (used !== undefined && used !== wanted) {
      note(terminal, `one role serves all rules of ${source}: from now on it is ${wanted}, not ${used}`);
    }
    return wanted;
  }
  if (wanted === undefined && used !== undefined && !isOurs) {
    note(terminal, `the rules of ${source} use ${used}: it must be allowed to write to ${destination}, too`);
    return used;
  }
  if (used !== undefined && !isOurs) {
    note(terminal, `one role serves all rules of ${source}: from now on it is ${roleName}, not ${used}`);
  }
  // A role that is new to these rules needs what every one of them does.
  const needed = isOurs
    ? [{ bucket: destination, changeOwner }]
    : rules.map(({ Destination }) => ({
        bucket: Destination?.Bucket?.replace('arn:aws:s3:::', '') ?? '',
        changeOwner: Destination?.AccessControlTranslation !== undefined,
      }));
  return ensureRole(
    aws,
    { perform, terminal },
    {
      roleName,
      service: SERVICE,
      purpose: `replication out of ${source}`,
      policies: Object.fromEntries(
        needed.map(({ bucket, ...options }) => [
          `replicate_to_${bucket}`,
          replicationPolicy(source, bucket, options),
        ]),
      ),
    },
  );
}

async function putRules(
  aws: AwsClients,
  { source, destination, account }: RuleRequest,
  perform: Perform,
  configuration: ReplicationConfiguration,
  region: string,
): Promise<void> {
  const { PutBucketReplicationCommand } = await import('@aws-sdk/client-s3');
  const others = (configuration.Rules?.length ?? 1) - 1;
  const kept = others === 0 ? '' : `, behind the ${others} that ${others === 1 ? 'is' : 'are'} there`;
  const s3 = await aws.s3(region);
  try {
    await perform({
      title: `the rule${kept}`,
      command: 's3api put-bucket-replication',
      options: { bucket: source, region, 'replication-configuration': JSON.stringify(configuration) },
      run: () =>
        s3.send(new PutBucketReplicationCommand({ Bucket: source, ReplicationConfiguration: configuration })),
    });
  } catch (error) {
    if (
      account !== undefined &&
      error instanceof RequestError &&
      /must have versioning/.test(error.message)
    ) {
      throw new RequestError(
        `${destination} is not there, or not versioned: account ${account} must make it and enable versioning first.`,
        { cause: error, code: error.code },
      );
    }
    throw error;
  }
}

function sayDestinationPolicy(
  { endpoint }: AwsClients,
  { destination, account }: RuleRequest,
  terminal: Terminal,
  policy: object,
): void {
  const line = awsLine(endpoint, {
    command: 's3api put-bucket-policy',
    options: { bucket: destination, policy: JSON.stringify(policy) },
  });
  terminal.say(`
Account ${account} must let the role in, with its own keys. This takes the place of a policy that ${destination} has:

${line}
`);
}
