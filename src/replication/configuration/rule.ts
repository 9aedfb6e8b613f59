import type { ReplicationRule as RuleInput } from '@aws-sdk/client-s3';
import {
  replicationArgumentInvalid,
  replicationDocumentMalformed,
  replicationInvalid,
} from '../../errors/replication.ts';
import type { Random } from '../../lib/random.ts';
import type { ReplicationRule } from '../../store/tables/bucket-row.ts';
import { readDestination } from './destination.ts';
import { readFilter, tagsOf } from './filter.ts';
import { GENERATED_RULE_ID_BYTES, PRIORITY_MAX, RULE_ID_LENGTH_MAX } from './limits.ts';
import { ENABLED_OR_DISABLED, readStatus } from './read-status.ts';

const SEE_GUIDE = 'Please refer to S3 Developer Guide for more information.';

/** One rule by itself. `schema` is that of the whole document: one rule without Filter makes it V1. */
export function readRule(
  input: RuleInput,
  schema: 'V1' | 'V2',
  sourceBucket: string,
  random: Random,
): ReplicationRule {
  if (input.ExistingObjectReplication !== undefined) {
    throw replicationDocumentMalformed('ExistingObjectReplication is no longer supported');
  }
  const filter = readFilter(input.Prefix, input.Filter);
  const status = readStatus(input.Status, ENABLED_OR_DISABLED, 'Status');
  const markers = input.DeleteMarkerReplication;
  const deleteMarkerReplication =
    markers && readStatus(markers.Status, ENABLED_OR_DISABLED, 'DeleteMarkerReplication Status');
  const priority = readPriority(input.Priority);
  const sourceSelectionCriteria = readSourceSelection(input.SourceSelectionCriteria);
  const destination = readDestination(input.Destination, sourceBucket);
  const rule: ReplicationRule = {
    id: readId(input.ID, random),
    status,
    ...(priority === undefined ? {} : { priority }),
    filter,
    ...(deleteMarkerReplication === undefined ? {} : { deleteMarkerReplication }),
    ...(sourceSelectionCriteria === undefined ? {} : { sourceSelectionCriteria }),
    destination,
  };
  checkSchemaVersion(rule, schema);
  checkCouplings(rule);
  return rule;
}

function readId(id: string | undefined, random: Random): string {
  if (id === undefined || id === '') return random.bytes(GENERATED_RULE_ID_BYTES).toString('hex');
  if (id.length > RULE_ID_LENGTH_MAX) {
    throw replicationArgumentInvalid(
      `Rule ID length should be less than or equal to ${RULE_ID_LENGTH_MAX}.`,
      'ID',
      id,
    );
  }
  if (!/^[\x20-\x7e]+$/.test(id)) throw replicationArgumentInvalid('Rule ID must be ASCII.', 'ID', id);
  return id;
}

function readPriority(priority: number | undefined): number | undefined {
  if (priority === undefined) return undefined;
  if (!Number.isSafeInteger(priority) || priority > PRIORITY_MAX) {
    throw replicationDocumentMalformed(`Priority ${priority}`);
  }
  if (priority < 0) throw replicationInvalid(`Priority must be between 0 and ${PRIORITY_MAX}.`);
  return priority;
}

function readSourceSelection(
  input: RuleInput['SourceSelectionCriteria'],
): ReplicationRule['sourceSelectionCriteria'] {
  if (input === undefined) return undefined;
  const { SseKmsEncryptedObjects: kms, ReplicaModifications: modifications } = input;
  if (kms === undefined && modifications === undefined) {
    throw replicationInvalid('SourceSelectionCriteria cannot be empty.');
  }
  return {
    ...(kms && {
      sseKmsEncryptedObjects: readStatus(kms.Status, ENABLED_OR_DISABLED, 'SseKmsEncryptedObjects Status'),
    }),
    ...(modifications && {
      replicaModifications: readStatus(
        modifications.Status,
        ENABLED_OR_DISABLED,
        'ReplicaModifications Status',
      ),
    }),
  };
}

function checkSchemaVersion(rule: ReplicationRule, schema: 'V1' | 'V2'): void {
  for (const [element, value] of [
    ['Priority', rule.priority],
    ['DeleteMarkerReplication', rule.deleteMarkerReplication],
  ] as const) {
    if (schema === 'V1' && value !== undefined) {
      throw replicationInvalid(
        `${element} cannot be used for this version of the Cross Region Replication configuration schema. ${SEE_GUIDE}`,
      );
    }
    if (schema === 'V2' && value === undefined) {
      throw replicationInvalid(
        `${element} must be specified for this version of Cross Region Replication configuration schema. ${SEE_GUIDE}`,
      );
    }
  }
  if (schema === 'V1' && rule.sourceSelectionCriteria?.replicaModifications !== undefined) {
    throw replicationInvalid(
      `ReplicaModifications cannot be used for this version of the Cross Region Replication configuration schema. ${SEE_GUIDE}`,
    );
  }
}

function checkCouplings(rule: ReplicationRule): void {
  if (tagsOf(rule.filter).length > 0 && rule.deleteMarkerReplication === 'Enabled') {
    throw replicationInvalid(
      `Delete marker replication is not supported if any Tag filter is specified. ${SEE_GUIDE}`,
    );
  }
  const optedIn = rule.sourceSelectionCriteria?.sseKmsEncryptedObjects !== undefined;
  const keyGiven = rule.destination.replicaKmsKeyId !== undefined;
  if (optedIn && !keyGiven) {
    throw replicationInvalid('ReplicaKmsKeyID must be specified if SseKmsEncryptedObjects tag is present.');
  }
  if (keyGiven && !optedIn) {
    throw replicationInvalid(
      'SseKmsEncryptedObjects must be specified if EncryptionConfiguration is present.',
    );
  }
}
