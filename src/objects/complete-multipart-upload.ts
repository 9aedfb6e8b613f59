import type { Bucket } from '../buckets/bucket.ts';
import { invalidRequest, noSuchUpload } from '../errors/s3.ts';
import type { ChecksumAlgorithm } from '../store/tables/rows.ts';
import { commitObject, type ObjectToCommit } from './commit-object.ts';
import { completedParts, type NamedPart } from './completed-parts.ts';
import type { WriteConditions } from './conditions.ts';
import type { ObjectsContext } from './context.ts';
import { findUpload, stampOfUploadId } from './find-upload.ts';
import { multipartChecksum, multipartEntityTag } from './multipart-digests.ts';
import { partBytes } from './part-bytes.ts';
import type { WrittenObject } from './put-object.ts';
import type { SealedInline } from './stored-body.ts';
import { endUpload, type FoundPart, readParts } from './upload-parts.ts';

export type { NamedPart } from './completed-parts.ts';

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

/** The parts become a version in one commit that also ends the upload; no byte moves but those of inline parts.
 * Repeating a completion that succeeded answers NoSuchUpload, as at AWS after a while.
 * @throws AwsError NoSuchUpload, InvalidPart, InvalidPartOrder, EntityTooSmall, EntityTooLarge, InvalidRequest,
 *   BadDigest, PreconditionFailed, NoSuchKey, ConditionalRequestConflict */
export function completeMultipartUpload(
  context: ObjectsContext,
  bucket: Bucket,
  options: CompleteMultipartUploadOptions,
): Promise<WrittenObject> {
  return commitObject(context, bucket, (current) => describe(context, current, options));
}

async function describe(
  context: ObjectsContext,
  bucket: Bucket,
  options: CompleteMultipartUploadOptions,
): Promise<ObjectToCommit> {
  const { key, uploadId, conditions, objectSize } = options;
  const upload = await findUpload(bucket, key, uploadId);
  const found = await readParts(bucket, uploadId);
  const chosen = completedParts(upload.row, found, options.parts);
  const checksum = multipartChecksum(upload.row, chosen, options);
  const size = chosen.reduce((sum, { row }) => sum + row.size, 0);
  if (objectSize !== undefined && objectSize !== size) {
    throw invalidRequest(
      `The provided 'x-amz-mp-object-size' header value ${objectSize} does not match what was computed: ${size}`,
    );
  }
  const { metadata, system, storageClass, owner, tags } = upload.row;
  const kept = new Set(chosen.map(({ partNumber }) => partNumber));
  return {
    key,
    metadata,
    system,
    storageClass,
    owner,
    ...(tags === undefined ? {} : { tags }),
    ...(conditions === undefined ? {} : { conditions }),
    size,
    etag: multipartEntityTag(chosen),
    checksum,
    parts: chosen.map(({ row }) => ({
      size: row.size,
      etag: row.etag,
      ...(row.checksum === undefined ? {} : { checksum: row.checksum }),
    })),
    bytes: chosen.flatMap(({ row }) => row.bytes ?? []),
    inline: await inlineParts(bucket, uploadId, chosen),
    upload: {
      begunAt: stampOfUploadId(uploadId),
      ...endUpload(bucket, key, upload, found, kept, context.site.clock.now()),
    },
  };
}

/** Only the last part may be small, or the only one. */
async function inlineParts(
  bucket: Bucket,
  uploadId: string,
  chosen: readonly FoundPart[],
): Promise<SealedInline[]> {
  const inline: SealedInline[] = [];
  let part = 0;
  for (const { partNumber, row } of chosen) {
    if (row.bytes === undefined) continue;
    if (row.bytes.kind === 'inline') {
      const [stored] = await bucket.region.store.get([
        partBytes.key(bucket.row.id, { uploadId, partNumber }),
      ]);
      // Gone between two reads: another completion or an abort was faster.
      if (stored === undefined) throw noSuchUpload(uploadId);
      inline.push({ part, sealed: partBytes.decode(stored) });
    }
    part += 1;
  }
  return inline;
}
