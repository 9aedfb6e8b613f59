import {
  type JobOperation as OperationOutput,
  S3CannedAccessControlList,
  S3ChecksumAlgorithm,
  type S3CopyObjectOperation,
  type S3ObjectMetadata,
  S3StorageClass,
} from '@aws-sdk/client-s3-control';
import type { JobCopy, JobOperation, JobTags } from '../../../store/tables/job-rows.ts';
import { enumMember } from './enum-member.ts';

/** The operation as it was asked for. */
export function jobOperation(operation: JobOperation): OperationOutput {
  switch (operation.name) {
    case 'S3ReplicateObject':
      return { S3ReplicateObject: {} };
    case 'S3DeleteObjectTagging':
      return { S3DeleteObjectTagging: {} };
    case 'S3PutObjectTagging':
      return { S3PutObjectTagging: { TagSet: tagSet(operation.tags) } };
    case 'S3PutObjectAcl': {
      const canned = enumMember(S3CannedAccessControlList, operation.cannedAcl);
      return { S3PutObjectAcl: { AccessControlPolicy: { CannedAccessControlList: canned } } };
    }
    case 'S3PutObjectCopy':
      return { S3PutObjectCopy: copyOf(operation.copy) };
  }
}

function copyOf(copy: JobCopy): S3CopyObjectOperation {
  const { newObjectTags: tags, modifiedSinceMs, unmodifiedSinceMs } = copy;
  return {
    TargetResource: copy.targetBucket,
    TargetKeyPrefix: copy.targetKeyPrefix,
    StorageClass: enumMember(S3StorageClass, copy.storageClass),
    MetadataDirective: copy.metadataDirective,
    NewObjectMetadata: metadataOf(copy),
    NewObjectTagging: tags === undefined ? undefined : tagSet(tags),
    ModifiedSinceConstraint: modifiedSinceMs === undefined ? undefined : new Date(modifiedSinceMs),
    UnModifiedSinceConstraint: unmodifiedSinceMs === undefined ? undefined : new Date(unmodifiedSinceMs),
    ChecksumAlgorithm: enumMember(S3ChecksumAlgorithm, copy.checksumAlgorithm),
  };
}

function metadataOf({ metadata, system }: JobCopy): S3ObjectMetadata | undefined {
  if (metadata === undefined && system === undefined) return undefined;
  return {
    UserMetadata: { ...metadata },
    ContentType: system?.contentType,
    CacheControl: system?.cacheControl,
    ContentDisposition: system?.contentDisposition,
    ContentEncoding: system?.contentEncoding,
    ContentLanguage: system?.contentLanguage,
    HttpExpiresDate: system?.expires === undefined ? undefined : new Date(system.expires),
  };
}

function tagSet(tags: JobTags) {
  return tags.map(([Key, Value]) => ({ Key, Value }));
}
