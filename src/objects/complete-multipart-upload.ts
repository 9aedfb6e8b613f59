import type { Bucket } from '../buckets/bucket.ts';
import type { ChecksumAlgorithm } from '../store/tables/rows.ts';
import type { WriteConditions } from './conditions.ts';
import type { ObjectsContext } from './context.ts';
import type { WrittenObject } from './put-object.ts';

export interface NamedPart {
  readonly partNumber: number;
  /** With or without quotes. */
  readonly etag: string;
  /** Those that the request names, in base64. */
  readonly checksums?: ReadonlyMap<ChecksumAlgorithm, string>;
}

export interface CompleteMultipartUploadOptions {
  readonly key: string;
  readonly uploadId: string;
  readonly parts: readonly NamedPart[];
  readonly conditions?: WriteConditions;
  /** x-amz-mp-object-size. */
  readonly objectSize?: number;
  /** x-amz-checksum-type. */
  readonly checksumType?: 'FULL_OBJECT' | 'COMPOSITE';
  /** x-amz-checksum-...: of the whole object. */
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly value: string };
}

/** Repeating a completion that already succeeded answers NoSuchUpload, as at AWS after a while.
 * @throws AwsError NoSuchUpload, InvalidPart, InvalidPartOrder, EntityTooSmall, EntityTooLarge, InvalidRequest,
 *   BadDigest, PreconditionFailed, NoSuchKey, ConditionalRequestConflict */
export async function completeMultipartUpload(
  context: ObjectsContext,
  bucket: Bucket,
  options: CompleteMultipartUploadOptions,
): Promise<WrittenObject> {
  throw new Error(`not built ${context.site.siteId} ${bucket.row.name} ${options.key}`);
}
