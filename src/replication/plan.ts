import type { Change, PlannedDelivery, Planner } from '../objects/planner.ts';
import type { BucketRow, ReplicationConfiguration, ReplicationRule } from '../store/tables/bucket-row.ts';
import type { IntentRule } from '../store/tables/rows.ts';
import { bucketOfArn } from './configuration/arns.ts';
import { prefixOf, tagsOf } from './configuration/filter.ts';

/** Why a rule does not deliver a change (reference: s3-replication 2, 3 and 8). */
export type Reason =
  | 'rule-disabled'
  | 'prefix-differs'
  | 'tags-differ'
  | 'replicas-do-not-travel'
  | 'archive-class'
  | 'delete-markers-not-replicated'
  | 'tag-filter-excludes-delete-markers'
  | 'version-not-at-destination'
  | 'higher-priority-rule-applies';

/** What one rule does with one change. */
export type RuleVerdict =
  | { readonly ruleId: string; readonly destination: string; readonly delivers: true }
  | {
      readonly ruleId: string;
      readonly destination: string;
      readonly delivers: false;
      readonly reason: Reason;
      /** The rule that applies instead, for `higher-priority-rule-applies`. */
      readonly insteadRuleId?: string;
    };

/** Classes whose bytes S3 cannot read without a restore. GLACIER_IR is not one of them. */
const ARCHIVE_CLASSES = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/** The write path's view: what has to be delivered, at most one delivery for each destination. */
export const replicationPlanner: Planner = {
  plan(bucket: BucketRow, change: Change): readonly PlannedDelivery[] {
    if (bucket.replication === undefined || change.replica) return [];
    return plan(bucket.replication, change);
  },
  names: ({ replication }, destination) =>
    replication?.rules.some((rule) => destinationOf(rule) === destination) ?? false,
};

export function plan(configuration: ReplicationConfiguration, change: Change): readonly PlannedDelivery[] {
  const deliveries: PlannedDelivery[] = [];
  for (const [destination, rule] of winners(configuration, change)) {
    deliveries.push({ kind: change.kind, rule: intentRule(configuration.role, rule, destination) });
  }
  return deliveries;
}

/** For every rule, in the document's order, whether it delivers the change or why not. */
export function explain(configuration: ReplicationConfiguration, change: Change): readonly RuleVerdict[] {
  const applied = winners(configuration, change);
  return configuration.rules.map((rule): RuleVerdict => {
    const destination = destinationOf(rule);
    const reason = objection(configuration, rule, change);
    if (reason !== undefined) return { ruleId: rule.id, destination, delivers: false, reason };
    const winner = applied.get(destination);
    if (winner === undefined || winner === rule) return { ruleId: rule.id, destination, delivers: true };
    return {
      ruleId: rule.id,
      destination,
      delivers: false,
      reason: 'higher-priority-rule-applies',
      insteadRuleId: winner.id,
    };
  });
}

function winners(
  configuration: ReplicationConfiguration,
  change: Change,
): ReadonlyMap<string, ReplicationRule> {
  const best = new Map<string, ReplicationRule>();
  for (const rule of configuration.rules) {
    if (objection(configuration, rule, change) !== undefined) continue;
    const destination = destinationOf(rule);
    const rival = best.get(destination);
    if (rival === undefined || outranks(rule, rival)) best.set(destination, rule);
  }
  return best;
}

/** Equal priorities towards one destination are refused when a configuration is put; the id decides here only so
 * that the order of rules can never matter. */
function outranks(rule: ReplicationRule, rival: ReplicationRule): boolean {
  const difference = (rule.priority ?? 0) - (rival.priority ?? 0);
  return difference > 0 || (difference === 0 && rule.id < rival.id);
}

/** Undefined where the rule, taken alone, delivers the change. */
function objection(
  configuration: ReplicationConfiguration,
  rule: ReplicationRule,
  change: Change,
): Reason | undefined {
  if (rule.status === 'Disabled') return 'rule-disabled';
  if (change.replica) return 'replicas-do-not-travel';
  if (!change.key.startsWith(prefixOf(rule.filter))) return 'prefix-differs';
  switch (change.kind) {
    case 'object':
      if (!holdsTags(rule, change.tags)) return 'tags-differ';
      return ARCHIVE_CLASSES.has(change.storageClass) ? 'archive-class' : undefined;
    case 'delete-marker':
      return markerObjection(configuration, rule);
    case 'facets':
      if (!holdsTags(rule, change.tags)) return 'tags-differ';
      return receivesFacets(change, destinationOf(rule)) ? undefined : 'version-not-at-destination';
  }
}

/** A rule that leaves markers alone does not speak for its destination: the next rule may (AWS's choice is
 * UNCONFIRMED; other implementations do the same). */
function markerObjection(configuration: ReplicationConfiguration, rule: ReplicationRule): Reason | undefined {
  if (tagsOf(rule.filter).length > 0) return 'tag-filter-excludes-delete-markers';
  if (configuration.schema === 'V1' || rule.deleteMarkerReplication === 'Enabled') return undefined;
  return 'delete-markers-not-replicated';
}

function holdsTags(rule: ReplicationRule, tags: readonly (readonly [string, string])[]): boolean {
  return tagsOf(rule.filter).every(([key, value]) => tags.some((tag) => tag[0] === key && tag[1] === value));
}

/** A change of tags follows a version only where that version is or is about to be. */
function receivesFacets(change: Extract<Change, { kind: 'facets' }>, destination: string): boolean {
  const delivery = change.deliveries.get(destination);
  return delivery !== undefined && (delivery.delivered || delivery.status === 'PENDING');
}

const destinationNames = new WeakMap<ReplicationRule, string>();

/** Parsed once for each rule object: this runs for every write. */
function destinationOf(rule: ReplicationRule): string {
  const known = destinationNames.get(rule);
  if (known !== undefined) return known;
  const name = bucketOfArn(rule.destination.bucket) ?? rule.destination.bucket;
  destinationNames.set(rule, name);
  return name;
}

function intentRule(role: string, rule: ReplicationRule, destination: string): IntentRule {
  const { account, storageClass, ownerOverride } = rule.destination;
  return {
    ruleId: rule.id,
    role,
    destination,
    ...(account === undefined ? {} : { account }),
    ...(storageClass === undefined ? {} : { storageClass }),
    ownerOverride,
  };
}
