import type {
  ReplicationConfiguration,
  ReplicationRule,
  ReplicationRuleFilter,
  StorageClass,
} from '@aws-sdk/client-s3';
import { RequestError } from '../command.ts';
import type { RuleRequest } from './rule-request.ts';

export type PlannedRule =
  | { readonly kind: 'present'; readonly rule: ReplicationRule }
  | { readonly kind: 'new'; readonly rule: ReplicationRule; readonly rules: readonly ReplicationRule[] };

/** The rules that are there with the new one at the end; nothing of theirs changes.
 * @throws RequestError where they are of AWS's older schema, which knows one destination and no priority */
export function planRule(existing: ReplicationConfiguration | undefined, request: RuleRequest): PlannedRule {
  const rules = existing?.Rules ?? [];
  if (rules.some(({ Filter }) => Filter === undefined)) {
    throw new RequestError(
      `The rules of ${request.source} are of AWS's older schema, without Filter and Priority: write them anew with aws s3api put-bucket-replication first.`,
    );
  }
  const rule = newRule(rules, request);
  const present = rules.find((other) => doesTheSame(other, rule));
  if (present !== undefined) return { kind: 'present', rule: present };
  if (rules.some(({ ID }) => ID === rule.ID)) {
    throw new RequestError(`${request.source} has another rule named ${rule.ID}: name this one with --id.`);
  }
  return { kind: 'new', rule, rules: [...rules, rule] };
}

function newRule(rules: readonly ReplicationRule[], request: RuleRequest): ReplicationRule {
  const { destination, account, storageClass, changeOwner, deleteMarkers } = request;
  return {
    ID: request.id ?? freeId(rules, `to-${destination}`),
    Priority: request.priority ?? nextPriority(rules),
    Status: 'Enabled',
    Filter: filterOf(request),
    DeleteMarkerReplication: { Status: deleteMarkers ? 'Enabled' : 'Disabled' },
    Destination: {
      Bucket: `arn:aws:s3:::${destination}`,
      ...(account !== undefined && { Account: account }),
      ...(storageClass !== undefined && { StorageClass: storageClass as StorageClass }),
      ...(changeOwner && { AccessControlTranslation: { Owner: 'Destination' as const } }),
    },
  };
}

/** As the console: 0 for the first, then the highest and one. */
function nextPriority(rules: readonly ReplicationRule[]): number {
  return Math.max(-1, ...rules.map(({ Priority }) => Priority ?? 0)) + 1;
}

function freeId(rules: readonly ReplicationRule[], wanted: string): string {
  const taken = new Set(rules.map(({ ID }) => ID));
  for (let number = 1; ; number++) {
    const id = number === 1 ? wanted : `${wanted}-${number}`;
    if (!taken.has(id)) return id;
  }
}

function filterOf({ prefix, tags }: RuleRequest): ReplicationRuleFilter {
  const [tag] = tags;
  if (tag === undefined) return prefix === undefined ? {} : { Prefix: prefix };
  if (prefix === undefined && tags.length === 1) return { Tag: { Key: tag[0], Value: tag[1] } };
  return {
    And: {
      ...(prefix !== undefined && { Prefix: prefix }),
      Tags: tags.map(([Key, Value]) => ({ Key, Value })),
    },
  };
}

/** Whether a rule covers the same objects and brings them to the same bucket, whatever it is called. */
function doesTheSame(other: ReplicationRule, rule: ReplicationRule): boolean {
  return meaning(other) === meaning(rule);
}

function meaning({ Filter, Destination, DeleteMarkerReplication }: ReplicationRule): string {
  const prefix = Filter?.Prefix ?? Filter?.And?.Prefix ?? '';
  const tags = Filter?.Tag === undefined ? (Filter?.And?.Tags ?? []) : [Filter.Tag];
  const pairs = tags.map(({ Key, Value }) => JSON.stringify([Key, Value])).toSorted();
  const { Bucket, Account, StorageClass, AccessControlTranslation } = Destination ?? {};
  return JSON.stringify({
    prefix,
    pairs,
    deleteMarkers: DeleteMarkerReplication?.Status ?? 'Disabled',
    Bucket,
    Account,
    StorageClass,
    owner: AccessControlTranslation?.Owner,
  });
}
