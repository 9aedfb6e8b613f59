import {
  type JobDescriptor,
  JobManifestFieldName,
  type JobManifestGeneratorFilter,
  type KeyNameConstraint,
  type ObjectEncryptionFilter,
  S3StorageClass,
} from '@aws-sdk/client-s3-control';
import type { JobRow, JobSource, ManifestFilter, ManifestOutput } from '../../../store/tables/job-rows.ts';
import { enumMember } from './enum-member.ts';

type GeneratorOutput = NonNullable<JobDescriptor['ManifestGenerator']>['S3JobManifestGenerator'];

/** The manifest as it was given; undefined where it is generated. */
export function jobManifest(source: JobSource): JobDescriptor['Manifest'] {
  if (source.kind !== 'manifest') return undefined;
  return {
    Spec: {
      Format: source.format,
      Fields: source.fields?.flatMap((field) => enumMember(JobManifestFieldName, field) ?? []),
    },
    Location: {
      ObjectArn: source.objectArn,
      ObjectVersionId: source.objectVersionId,
      ETag: source.etag,
    },
  };
}

/** The generator as it was given; undefined where the manifest was. */
export function jobManifestGenerator(source: JobSource): JobDescriptor['ManifestGenerator'] {
  if (source.kind !== 'generator') return undefined;
  const { filter, output } = source;
  return {
    S3JobManifestGenerator: {
      ExpectedBucketOwner: source.expectedBucketOwner,
      SourceBucket: source.sourceBucket,
      EnableManifestOutput: output !== undefined,
      ManifestOutputLocation: output === undefined ? undefined : outputLocation(output),
      Filter: Object.keys(filter).length === 0 ? undefined : generatorFilter(filter),
    },
  };
}

/** Where the generated manifest lies; undefined as long as, and where, none is kept. */
export function generatedManifest(
  kept: JobRow['generatedManifest'],
): JobDescriptor['GeneratedManifestDescriptor'] {
  if (kept === undefined) return undefined;
  return {
    Format: 'S3InventoryReport_CSV_20211130',
    Location: { ObjectArn: kept.objectArn, ObjectVersionId: kept.versionId, ETag: kept.etag },
  };
}

function outputLocation(output: ManifestOutput): NonNullable<GeneratorOutput>['ManifestOutputLocation'] {
  return {
    ExpectedManifestBucketOwner: output.expectedBucketOwner,
    Bucket: output.bucket,
    ManifestPrefix: output.prefix,
    ManifestEncryption: output.sseS3 ? { SSES3: {} } : undefined,
    ManifestFormat: output.format,
  };
}

function generatorFilter(filter: ManifestFilter): JobManifestGeneratorFilter {
  const { createdAfterMs, createdBeforeMs, replicationStatuses, storageClasses, encryption } = filter;
  return {
    EligibleForReplication: filter.eligibleForReplication,
    CreatedAfter: createdAfterMs === undefined ? undefined : new Date(createdAfterMs),
    CreatedBefore: createdBeforeMs === undefined ? undefined : new Date(createdBeforeMs),
    ObjectReplicationStatuses: replicationStatuses && [...replicationStatuses],
    KeyNameConstraint: keyNameConstraint(filter),
    ObjectSizeGreaterThanBytes: filter.sizeGreaterThanBytes,
    ObjectSizeLessThanBytes: filter.sizeLessThanBytes,
    MatchAnyStorageClass: storageClasses?.flatMap((name) => enumMember(S3StorageClass, name) ?? []),
    MatchAnyObjectEncryption: encryption && [encryptionFilter(encryption)],
  };
}

function keyNameConstraint(filter: ManifestFilter): KeyNameConstraint | undefined {
  const { keyPrefixes, keySuffixes, keySubstrings } = filter;
  if (keyPrefixes === undefined && keySuffixes === undefined && keySubstrings === undefined) {
    return undefined;
  }
  return {
    MatchAnyPrefix: keyPrefixes && [...keyPrefixes],
    MatchAnySuffix: keySuffixes && [...keySuffixes],
    MatchAnySubstring: keySubstrings && [...keySubstrings],
  };
}

function encryptionFilter(encryption: NonNullable<ManifestFilter['encryption']>): ObjectEncryptionFilter {
  switch (encryption.kind) {
    case 'SSE-S3':
      return { SSES3: {} };
    case 'SSE-C':
      return { SSEC: {} };
    case 'NOT-SSE':
      return { NOTSSE: {} };
    case 'DSSE-KMS':
      return { DSSEKMS: { KmsKeyArn: encryption.keyArn } };
    case 'SSE-KMS':
      return {
        SSEKMS: { KmsKeyArn: encryption.keyArn, BucketKeyEnabled: encryption.bucketKeyEnabled },
      };
  }
}
