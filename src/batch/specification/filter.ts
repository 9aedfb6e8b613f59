import type {
  ObjectEncryptionFilter as EncryptionInput,
  JobManifestGeneratorFilter as FilterInput,
} from '@aws-sdk/client-s3-control';
import { badJobRequest } from '../../errors/s3control.ts';
import { isKmsKeyArn } from '../../replication/configuration/arns.ts';
import type { ManifestFilter } from '../../store/tables/job-rows.ts';
import { oneOf, textOf } from './values.ts';

const KEY_PART_LENGTH_MAX = 1024;
const STATUSES = ['COMPLETED', 'FAILED', 'REPLICA', 'NONE'] as const;
/** The filter's own: AWS leaves REDUCED_REDUNDANCY out. */
const STORAGE_CLASSES = [
  'STANDARD',
  'STANDARD_IA',
  'ONEZONE_IA',
  'GLACIER',
  'INTELLIGENT_TIERING',
  'DEEP_ARCHIVE',
  'GLACIER_IR',
] as const;

/** Which versions a generated manifest names. Sizes that no version can have are no mistake of the request: the job
 * finds nothing (reference: s3-batch-replication 3.2).
 * @throws AwsError BadRequestException */
export function readFilter(input: FilterInput | undefined): ManifestFilter {
  if (input === undefined) return {};
  const { KeyNameConstraint: keys = {}, MatchAnyObjectEncryption: encryptions } = input;
  return withoutAbsent({
    eligibleForReplication: input.EligibleForReplication,
    createdAfterMs: input.CreatedAfter?.getTime(),
    createdBeforeMs: input.CreatedBefore?.getTime(),
    replicationStatuses: knownNames('ObjectReplicationStatuses', input.ObjectReplicationStatuses, STATUSES),
    keyPrefixes: onlyText('MatchAnyPrefix', keys.MatchAnyPrefix),
    keySuffixes: onlyText('MatchAnySuffix', keys.MatchAnySuffix),
    keySubstrings: onlyText('MatchAnySubstring', keys.MatchAnySubstring),
    sizeGreaterThanBytes: input.ObjectSizeGreaterThanBytes,
    sizeLessThanBytes: input.ObjectSizeLessThanBytes,
    storageClasses: knownNames('MatchAnyStorageClass', input.MatchAnyStorageClass, STORAGE_CLASSES),
    encryption: encryptions === undefined ? undefined : encryptionOf(encryptions),
  });
}

function knownNames<Known extends string>(
  element: string,
  names: readonly string[] | undefined,
  known: readonly Known[],
): readonly Known[] | undefined {
  if (names === undefined) return undefined;
  // A list that nothing can match is more likely forgotten than meant.
  if (names.length === 0) throw badJobRequest(`${element} must not be empty.`);
  return [...new Set(names.map((name) => oneOf(element, name, known)))];
}

/** AWS's arrays of key parts must have exactly one member, for now. */
function onlyText(element: string, parts: readonly string[] | undefined): readonly string[] | undefined {
  if (parts === undefined) return undefined;
  const [part] = parts;
  if (part === undefined || parts.length > 1) throw badJobRequest(`${element} must have one member.`);
  return [textOf(element, part, KEY_PART_LENGTH_MAX)];
}

function encryptionOf(encryptions: readonly EncryptionInput[]): ManifestFilter['encryption'] {
  const [encryption] = encryptions;
  if (encryption === undefined || encryptions.length > 1) {
    throw badJobRequest('MatchAnyObjectEncryption must have one member.');
  }
  if (encryption.SSES3 !== undefined) return { kind: 'SSE-S3' };
  if (encryption.SSEC !== undefined) return { kind: 'SSE-C' };
  if (encryption.NOTSSE !== undefined) return { kind: 'NOT-SSE' };
  if (encryption.DSSEKMS !== undefined) return { kind: 'DSSE-KMS', ...keyOf(encryption.DSSEKMS) };
  if (encryption.SSEKMS === undefined) {
    throw badJobRequest('MatchAnyObjectEncryption names no encryption.');
  }
  const { BucketKeyEnabled: bucketKeyEnabled } = encryption.SSEKMS;
  return {
    kind: 'SSE-KMS',
    ...keyOf(encryption.SSEKMS),
    ...(bucketKeyEnabled === undefined ? {} : { bucketKeyEnabled }),
  };
}

function keyOf({ KmsKeyArn: keyArn }: { KmsKeyArn?: string | undefined }): { readonly keyArn?: string } {
  if (keyArn === undefined) return {};
  if (!isKmsKeyArn(keyArn)) throw badJobRequest('KmsKeyArn must be the ARN of a KMS key.');
  return { keyArn };
}

type WithUndefined<Row> = { [Member in keyof Row]: Row[Member] | undefined };

function withoutAbsent(filter: WithUndefined<Required<ManifestFilter>>): ManifestFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}
