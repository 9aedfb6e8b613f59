import type { ReplicationConfiguration as ConfigurationInput } from '@aws-sdk/client-s3';
import {
  replicationArgumentInvalid,
  replicationDocumentMalformed,
  replicationInvalid,
} from '../errors/replication.ts';
import type { Random } from '../lib/random.ts';
import type { ReplicationConfiguration, ReplicationRule } from '../store/tables/bucket-row.ts';
import { readRoleArn } from './configuration/arns.ts';
import { prefixOf } from './configuration/filter.ts';
import { RULES_MAX } from './configuration/limits.ts';
import { readRule } from './configuration/rule.ts';

/** The role and the rough shape: what AWS checks before it looks at the buckets. */
export function checkConfigurationShape(input: ConfigurationInput | undefined): {
  role: { arn: string; account: string };
} {
  if (input?.Role === undefined) throw replicationDocumentMalformed('Role is absent');
  if (input.Rules === undefined || input.Rules.length === 0) throw replicationDocumentMalformed('no Rule');
  return { role: readRoleArn(input.Role) };
}

/** AWS's document as it will be stored: schema version found, ids filled in, everything checked that can be
 * checked without looking at other buckets (reference: s3-replication 1.3 and 1.4).
 * @throws MalformedXML, InvalidRequest, InvalidArgument, as AWS does */
export function readConfiguration(
  input: ConfigurationInput | undefined,
  sourceBucket: string,
  random: Random,
): ReplicationConfiguration {
  const { role } = checkConfigurationShape(input);
  const ruleInputs = input?.Rules ?? [];
  if (ruleInputs.length > RULES_MAX) {
    throw replicationInvalid(`The number of replication rules must not exceed ${RULES_MAX}.`);
  }
  const schema = ruleInputs.every((rule) => rule.Filter !== undefined) ? 'V2' : 'V1';
  const rules = ruleInputs.map((rule) => readRule(rule, schema, sourceBucket, random));
  checkIds(rules);
  if (schema === 'V1') checkV1(rules);
  else checkPriorities(rules);
  return { role: role.arn, schema, rules };
}

function checkIds(rules: readonly ReplicationRule[]): void {
  if (new Set(rules.map((rule) => rule.id)).size < rules.length) {
    throw replicationArgumentInvalid('Rule Id must be unique. Found same Id for more than one rule');
  }
}

/** Overlapping prefixes are refused because V1 has no priority that could decide between its rules. */
function checkV1(rules: readonly ReplicationRule[]): void {
  if (new Set(rules.map((rule) => rule.destination.bucket)).size > 1) {
    throw replicationInvalid('Number of distinct destination bucket ARNs cannot exceed 1');
  }
  // Sorted, a prefix stands before what it is a prefix of, and nothing foreign stands between.
  const prefixes = rules.map((rule) => prefixOf(rule.filter)).toSorted();
  for (const [index, prefix] of prefixes.entries()) {
    const next = prefixes[index + 1];
    if (next?.startsWith(prefix) === true) {
      throw replicationInvalid(`Found overlapping prefixes '${prefix}' and '${next}'`);
    }
  }
}

/** Unique for each destination, Disabled rules included. Across destinations AWS's answer is UNCONFIRMED (the
 * reference's sources disagree); priority plays no part there, so it is accepted. */
function checkPriorities(rules: readonly ReplicationRule[]): void {
  const seen = new Set<string>();
  for (const { destination, priority } of rules) {
    const identity = `${priority} ${destination.bucket}`;
    if (seen.has(identity)) throw replicationInvalid(`Found duplicate priority ${priority}`);
    seen.add(identity);
  }
}
