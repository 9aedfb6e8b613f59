import type { Destination } from '@aws-sdk/client-s3';
import {
  replicationArgumentInvalid,
  replicationDocumentMalformed,
  replicationInvalid,
} from '../../errors/replication.ts';
import type { ReplicationDestination } from '../../store/tables/bucket-row.ts';
import { isKmsKeyArn, readDestinationArn } from './arns.ts';
import { readStatus } from './read-status.ts';
import { readReplicationTime } from './replication-time.ts';

/** Of the model's enumeration, what S3 accepts as the class of a replica (reference 1.2). */
const STORAGE_CLASSES = new Set([
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'DEEP_ARCHIVE',
  'GLACIER_IR',
]);

export function readDestination(
  destination: Destination | undefined,
  sourceBucket: string,
): ReplicationDestination {
  if (destination?.Bucket === undefined)
    throw replicationDocumentMalformed('Destination or its Bucket is absent');
  if (readDestinationArn(destination.Bucket) === sourceBucket) {
    throw replicationInvalid('Source and destination buckets cannot be the same.');
  }
  const storageClass = destination.StorageClass;
  if (storageClass !== undefined && !STORAGE_CLASSES.has(storageClass)) {
    throw replicationDocumentMalformed(`StorageClass ${storageClass}`);
  }
  const kms = destination.EncryptionConfiguration;
  return {
    bucket: destination.Bucket,
    ...readOwner(destination),
    ...(storageClass === undefined ? {} : { storageClass }),
    ...(kms === undefined ? {} : { replicaKmsKeyId: readKmsKey(kms.ReplicaKmsKeyID) }),
    ...readReplicationTime(destination),
  };
}

/** The account is stored as it is, also when it is not the bucket's owner: AWS accepts that, and the delivery
 * fails (a capture against its documentation, reference 1.4). */
function readOwner(destination: Destination): { account?: string; ownerOverride: boolean } {
  const { Account: account, AccessControlTranslation: translation } = destination;
  if (account === '') throw replicationArgumentInvalid('Account must not be empty.', 'Account', '');
  if (translation !== undefined) {
    readStatus(translation.Owner, ['Destination'], 'Owner');
    if (account === undefined) {
      throw replicationInvalid('Account must be specified when AccessControlTranslation is specified.');
    }
  }
  return { ...(account === undefined ? {} : { account }), ownerOverride: translation !== undefined };
}

function readKmsKey(key: string | undefined): string {
  if (key === undefined) throw replicationInvalid('ReplicaKmsKeyID must be specified.');
  if (!isKmsKeyArn(key))
    throw replicationArgumentInvalid('Invalid ReplicaKmsKeyID ARN.', 'ReplicaKmsKeyID', key);
  return key;
}
