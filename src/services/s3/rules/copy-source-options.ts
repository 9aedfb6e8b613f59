import { invalidRequest } from '../../../errors/s3.ts';
import type { ObjectsContext } from '../../../objects/context.ts';
import type { CopySourceOptions } from '../../../objects/copy-object.ts';
import type { CopySource } from '../../../wire/copy-source.ts';
import type { S3Call } from '../s3-handler.ts';
import { checkCopySourceEncryption } from './encryption-headers.ts';
import { checkCopySourceConditions } from './read-conditions.ts';
import { checkReadable } from './storage-class.ts';

const DATE_PREFIX = 'x-amz-copy-source-if-';

/** The source of CopyObject and UploadPartCopy, with the check of its conditions.
 * @throws AwsError NoSuchBucket */
export async function copySourceOptions(
  objects: ObjectsContext,
  source: CopySource,
  call: S3Call,
): Promise<CopySourceOptions> {
  const { headers } = call;
  checkCopySourceEncryption(headers);
  const conditions = {
    ifMatch: headers[`${DATE_PREFIX}match`],
    ifNoneMatch: headers[`${DATE_PREFIX}none-match`],
    ifModifiedSince: date(headers[`${DATE_PREFIX}modified-since`]),
    ifUnmodifiedSince: date(headers[`${DATE_PREFIX}unmodified-since`]),
  };
  return {
    bucket: await objects.buckets.require(source.bucket),
    key: source.key,
    ...(source.versionId === undefined ? {} : { versionId: source.versionId }),
    check(version, lastModifiedMs) {
      checkCopySourceConditions(conditions, { etag: version.etag, lastModifiedMs }, call.clock.now());
      checkReadable(version.storageClass);
    },
  };
}

function date(header: string | undefined): Date | undefined {
  if (header === undefined) return undefined;
  const parsed = new Date(header);
  if (Number.isNaN(parsed.getTime())) throw invalidRequest('Bad value for a copy source condition date');
  return parsed;
}
