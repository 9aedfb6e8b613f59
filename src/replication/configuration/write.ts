import type {
  ReplicationConfiguration as ConfigurationOutput,
  Destination,
  ReplicationRuleFilter,
  ReplicationRule as RuleOutput,
  SourceSelectionCriteria,
  StorageClass,
  Tag,
} from '@aws-sdk/client-s3';
import type {
  ReplicationConfiguration,
  ReplicationDestination,
  ReplicationFilter,
  ReplicationRule,
} from '../../store/tables/bucket-row.ts';

/** The stored document as a client sent it, with the ids that were filled in. */
export function writeConfiguration(configuration: ReplicationConfiguration): ConfigurationOutput {
  return { Role: configuration.role, Rules: configuration.rules.map(writeRule) };
}

function writeRule(rule: ReplicationRule): RuleOutput {
  const { filter, priority, deleteMarkerReplication, sourceSelectionCriteria } = rule;
  return {
    ID: rule.id,
    ...(priority === undefined ? {} : { Priority: priority }),
    ...(filter.kind === 'v1-prefix' ? { Prefix: filter.prefix } : { Filter: writeFilter(filter) }),
    Status: rule.status,
    ...(sourceSelectionCriteria && {
      SourceSelectionCriteria: writeSourceSelection(sourceSelectionCriteria),
    }),
    Destination: writeDestination(rule.destination),
    ...(deleteMarkerReplication && { DeleteMarkerReplication: { Status: deleteMarkerReplication } }),
  };
}

function writeFilter(filter: Exclude<ReplicationFilter, { kind: 'v1-prefix' }>): ReplicationRuleFilter {
  switch (filter.kind) {
    case 'empty':
      return {};
    case 'prefix':
      return { Prefix: filter.prefix };
    case 'tag':
      return { Tag: writeTag(filter.tag) };
    case 'and':
      return {
        And: {
          ...(filter.prefix === undefined ? {} : { Prefix: filter.prefix }),
          ...(filter.tags.length === 0 ? {} : { Tags: filter.tags.map(writeTag) }),
        },
      };
  }
}

function writeTag([key, value]: readonly [string, string]): Tag {
  return { Key: key, Value: value };
}

function writeSourceSelection(
  criteria: NonNullable<ReplicationRule['sourceSelectionCriteria']>,
): SourceSelectionCriteria {
  const { sseKmsEncryptedObjects, replicaModifications } = criteria;
  return {
    ...(sseKmsEncryptedObjects && { SseKmsEncryptedObjects: { Status: sseKmsEncryptedObjects } }),
    ...(replicaModifications && { ReplicaModifications: { Status: replicaModifications } }),
  };
}

function writeDestination(destination: ReplicationDestination): Destination {
  const { account, storageClass, replicaKmsKeyId, replicationTime, metrics } = destination;
  const threshold = metrics?.eventThresholdMinutes;
  return {
    Bucket: destination.bucket,
    ...(account === undefined ? {} : { Account: account }),
    // Checked against the classes that S3 accepts before it was stored.
    ...(storageClass === undefined ? {} : { StorageClass: storageClass as StorageClass }),
    ...(destination.ownerOverride ? { AccessControlTranslation: { Owner: 'Destination' as const } } : {}),
    ...(replicaKmsKeyId === undefined
      ? {}
      : { EncryptionConfiguration: { ReplicaKmsKeyID: replicaKmsKeyId } }),
    ...(replicationTime && {
      ReplicationTime: { Status: replicationTime.status, Time: { Minutes: replicationTime.minutes } },
    }),
    ...(metrics && {
      Metrics: {
        Status: metrics.status,
        ...(threshold === undefined ? {} : { EventThreshold: { Minutes: threshold } }),
      },
    }),
  };
}
