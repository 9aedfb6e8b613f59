import { replicationElementNotBuilt } from '../../errors/replication.ts';
import type { ReplicationRule } from '../../store/tables/bucket-row.ts';

/** Accepted means obeyed (DESIGN decision 1): refuses what would be stored without effect.
 *
 * Stored and given back, because obeying them takes nothing:
 * - every element of a rule whose own Status is Disabled: such a rule does nothing;
 * - SseKmsEncryptedObjects Disabled and its key: no object of ours is encrypted by KMS yet;
 * - ReplicaModifications Disabled: changes on a replica stay where they are;
 * - ReplicationTime and Metrics Disabled: nothing is timed or published.
 * @throws NotImplemented */
export function refuseWhatIsNotBuilt(rule: ReplicationRule): void {
  if (rule.status === 'Disabled') return;
  const { sourceSelectionCriteria: selection, destination } = rule;
  const enabled: readonly [string, string | undefined][] = [
    ['SourceSelectionCriteria.SseKmsEncryptedObjects', selection?.sseKmsEncryptedObjects],
    ['SourceSelectionCriteria.ReplicaModifications', selection?.replicaModifications],
    ['Destination.ReplicationTime', destination.replicationTime?.status],
    ['Destination.Metrics', destination.metrics?.status],
  ];
  for (const [element, status] of enabled) {
    if (status === 'Enabled') throw replicationElementNotBuilt(element);
  }
}
