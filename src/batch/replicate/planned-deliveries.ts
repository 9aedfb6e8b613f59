import type { Change, PlannedDelivery } from '../../objects/planner.ts';
import { plan } from '../../replication/plan.ts';
import type { ReplicationConfiguration } from '../../store/tables/bucket-row.ts';
import type { FoundVersion } from './find-versions.ts';

/** Where the rules of now send a version as it is now, the highest priority first. A batch job sends replicas on, too,
 * which live replication never does (reference: s3-batch-replication 11). Empty: not eligible. */
export function plannedDeliveries(
  configuration: ReplicationConfiguration,
  key: string,
  { row, facets }: FoundVersion,
): readonly PlannedDelivery[] {
  const change: Change =
    row.kind === 'delete-marker'
      ? { kind: 'delete-marker', key, replica: false }
      : {
          kind: 'object',
          key,
          tags: facets.tags?.value ?? [],
          storageClass: row.storageClass,
          replica: false,
        };
  const planned = plan(configuration, change);
  if (planned.length < 2) return planned;
  const priorities = new Map(configuration.rules.map((rule) => [rule.id, rule.priority ?? 0]));
  const priorityOf = ({ rule }: PlannedDelivery) => priorities.get(rule.ruleId) ?? 0;
  return planned.toSorted((one, other) => priorityOf(other) - priorityOf(one));
}
