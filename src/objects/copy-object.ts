import type { Bucket } from '../buckets/bucket.ts';
import { invalidRequest } from '../errors/s3.ts';
import type { ChecksumAlgorithm, SystemMetadata } from '../store/tables/rows.ts';
import { commitObject } from './commit-object.ts';
import type { WriteConditions } from './conditions.ts';
import type { ObjectsContext } from './context.ts';
import { type CopySourceOptions, findCopySource } from './copy-source.ts';
import { PUT_BYTES_MAX } from './limits.ts';
import { openBytes } from './open-bytes.ts';
import { type NewObject, objectBytes, type Tags, type WrittenObject } from './put-object.ts';
import { receiveBody } from './receive-body.ts';
import { checkKey, versionIdHeader } from './version-form.ts';

export type { CopySourceOptions } from './copy-source.ts';

export interface CopyObjectOptions {
  readonly source: CopySourceOptions;
  readonly key: string;
  readonly owner?: string;
  /** Present for the directive REPLACE: used instead of the source's. */
  readonly replaceMetadata?: Required<Pick<NewObject, 'metadata' | 'system'>>;
  /** Present for the tagging directive REPLACE. */
  readonly replaceTags?: Tags;
  /** Throws where the source's tags, if it has any, may not travel along. */
  readonly permitTags?: (tags: Tags) => Promise<void>;
  /** STANDARD where absent, as at AWS. */
  readonly storageClass?: string;
  /** The source's is never copied, whatever the directive says. */
  readonly websiteRedirectLocation?: string;
  /** The source's where absent. */
  readonly algorithm?: ChecksumAlgorithm;
  readonly conditions?: WriteConditions;
  /** The task of a batch job. */
  readonly copiedBy?: string;
}

export interface CopiedObject extends WrittenObject {
  /** x-amz-copy-source-version-id; absent while the source bucket was never versioned. */
  readonly sourceVersionId?: string;
}

/** Bytes are copied, also within a bucket: a blob has one owner. A copy of a multipart object is one run of bytes with
 * a plain MD5 as its ETag, as at AWS.
 * @throws AwsError as reading and putting do; InvalidRequest for a marker by id or a source above 5 GiB */
export async function copyObject(
  context: ObjectsContext,
  bucket: Bucket,
  options: CopyObjectOptions,
): Promise<CopiedObject> {
  const { source, key, owner, storageClass, conditions, copiedBy } = options;
  checkKey(key);
  const { version, found } = await findCopySource(context, source);
  if (version.size > PUT_BYTES_MAX) {
    throw invalidRequest(
      `The specified copy source is larger than the maximum allowable size for a copy source: ${PUT_BYTES_MAX}`,
    );
  }
  const tags = options.replaceTags ?? found.facets.tags?.value ?? [];
  if (options.replaceTags === undefined && tags.length > 0) await options.permitTags?.(tags);
  const algorithm = options.algorithm ?? version.checksum?.algorithm;
  const body = {
    chunks: openBytes(context, source.bucket, source.key, version),
    sizeBytes: version.size,
    ...(algorithm === undefined ? {} : { algorithm }),
  };
  const stored = await receiveBody(context, bucket.region, body, PUT_BYTES_MAX);
  const written = await commitObject(context, bucket, {
    key,
    metadata: options.replaceMetadata?.metadata ?? version.metadata,
    system: systemOf(options, version.system),
    tags,
    ...(owner === undefined ? {} : { owner }),
    ...(storageClass === undefined ? {} : { storageClass }),
    ...(conditions === undefined ? {} : { conditions }),
    ...(copiedBy === undefined ? {} : { copiedBy }),
    ...objectBytes(stored),
  });
  const { versionId } = versionIdHeader(source.bucket.row, version);
  return versionId === undefined ? written : { ...written, sourceVersionId: versionId };
}

function systemOf(options: CopyObjectOptions, source: SystemMetadata): SystemMetadata {
  const { websiteRedirectLocation: _dropped, ...system } = options.replaceMetadata?.system ?? source;
  const { websiteRedirectLocation } = options;
  return websiteRedirectLocation === undefined ? system : { ...system, websiteRedirectLocation };
}
