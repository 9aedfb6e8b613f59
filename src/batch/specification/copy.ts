import type { S3CopyObjectOperation, S3ObjectMetadata } from '@aws-sdk/client-s3-control';
import { badJobRequest, jobElementNotImplemented } from '../../errors/s3control.ts';
import { CHECKSUM_ALGORITHMS } from '../../lib/checksums/index.ts';
import type { JobCopy } from '../../store/tables/job-rows.ts';
import type { SystemMetadata } from '../../store/tables/rows.ts';
import { readObjectTags } from './tags.ts';
import { bucketArnOf, oneOf, printable, textOf } from './values.ts';

const KEY_PREFIX_LENGTH_MAX = 1024;
/** What can follow x-amz-meta- (RFC 9110 5.6.2). */
const HEADER_NAME = /^[!#$%&'*+.^_`|~\w-]+$/;
/** As for a PUT: UTF-8 bytes of names and values. */
const USER_METADATA_BYTES_MAX = 2048;

const STORAGE_CLASSES = [
  'STANDARD',
  'STANDARD_IA',
  'ONEZONE_IA',
  'GLACIER',
  'INTELLIGENT_TIERING',
  'DEEP_ARCHIVE',
  'GLACIER_IR',
] as const;

/** Members whose effect is not built. */
const UNBUILT = [
  'CannedAccessControlList',
  'AccessControlGrants',
  'RedirectLocation',
  'RequesterPays',
  'SSEAwsKmsKeyId',
  'ObjectLockLegalHoldStatus',
  'ObjectLockMode',
  'ObjectLockRetainUntilDate',
  'BucketKeyEnabled',
] as const satisfies readonly (keyof S3CopyObjectOperation)[];

const UNBUILT_METADATA = [
  'ContentLength',
  'ContentMD5',
  'RequesterCharged',
  'SSEAlgorithm',
] as const satisfies readonly (keyof S3ObjectMetadata)[];

/** What S3PutObjectCopy shall make. New metadata replaces the old; without any, the old is copied, as AWS documents.
 * @throws AwsError BadRequestException, NotImplemented */
export function readCopy(input: S3CopyObjectOperation): JobCopy {
  for (const member of UNBUILT) {
    const value = input[member];
    // What is switched off, and what is an empty list, asks for nothing.
    if (value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0)) {
      throw jobElementNotImplemented(`S3PutObjectCopy with ${member}`);
    }
  }
  const { TargetKeyPrefix: prefix, NewObjectTagging: tags, NewObjectMetadata: metadata } = input;
  const { ModifiedSinceConstraint: since, UnModifiedSinceConstraint: until } = input;
  return {
    targetBucket: bucketArnOf('TargetResource', input.TargetResource),
    ...(prefix === undefined
      ? {}
      : { targetKeyPrefix: textOf('TargetKeyPrefix', prefix, KEY_PREFIX_LENGTH_MAX) }),
    ...(input.StorageClass === undefined
      ? {}
      : { storageClass: oneOf('StorageClass', input.StorageClass, STORAGE_CLASSES) }),
    metadataDirective: directiveOf(input),
    ...(metadata === undefined ? {} : readMetadata(metadata)),
    ...(tags === undefined ? {} : { newObjectTags: readObjectTags('NewObjectTagging', tags) }),
    ...(since === undefined ? {} : { modifiedSinceMs: since.getTime() }),
    ...(until === undefined ? {} : { unmodifiedSinceMs: until.getTime() }),
    ...(input.ChecksumAlgorithm === undefined
      ? {}
      : { checksumAlgorithm: oneOf('ChecksumAlgorithm', input.ChecksumAlgorithm, CHECKSUM_ALGORITHMS) }),
  };
}

function directiveOf({ MetadataDirective: directive, NewObjectMetadata: metadata }: S3CopyObjectOperation) {
  if (directive === undefined) return metadata === undefined ? 'COPY' : 'REPLACE';
  const asked = oneOf('MetadataDirective', directive, ['COPY', 'REPLACE']);
  if (asked === 'COPY' && metadata !== undefined) {
    throw badJobRequest('NewObjectMetadata and the MetadataDirective COPY exclude each other.');
  }
  return asked;
}

function readMetadata(metadata: S3ObjectMetadata): Pick<JobCopy, 'metadata' | 'system'> {
  for (const member of UNBUILT_METADATA) {
    const value = metadata[member];
    if (value !== undefined && value !== false) {
      throw jobElementNotImplemented(`NewObjectMetadata with ${member}`);
    }
  }
  const user = Object.entries(metadata.UserMetadata ?? {}).map(([name, value]) => {
    if (!HEADER_NAME.test(name)) throw badJobRequest(`${name} in UserMetadata can't name a header.`);
    return [name.toLowerCase(), printable('UserMetadata', value)] as const;
  });
  const sizeBytes = Buffer.byteLength(user.flat().join(''));
  if (sizeBytes > USER_METADATA_BYTES_MAX) {
    throw badJobRequest(`UserMetadata has more than ${USER_METADATA_BYTES_MAX} bytes.`);
  }
  return { metadata: Object.fromEntries(user), system: systemOf(metadata) };
}

function systemOf(metadata: S3ObjectMetadata): SystemMetadata {
  const { ContentType, CacheControl, ContentDisposition, ContentEncoding, ContentLanguage } = metadata;
  const { HttpExpiresDate: expires } = metadata;
  for (const text of [ContentType, CacheControl, ContentDisposition, ContentEncoding, ContentLanguage]) {
    printable('NewObjectMetadata', text ?? '');
  }
  return {
    ...(ContentType === undefined ? {} : { contentType: ContentType }),
    ...(CacheControl === undefined ? {} : { cacheControl: CacheControl }),
    ...(ContentDisposition === undefined ? {} : { contentDisposition: ContentDisposition }),
    ...(ContentEncoding === undefined ? {} : { contentEncoding: ContentEncoding }),
    ...(ContentLanguage === undefined ? {} : { contentLanguage: ContentLanguage }),
    ...(expires === undefined ? {} : { expires: expires.toUTCString() }),
  };
}
