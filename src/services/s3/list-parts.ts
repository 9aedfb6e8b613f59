import type { ObjectsContext } from '../../objects/context.ts';
import { listParts } from '../../objects/list-parts.ts';
import { partChecksumMembers } from './answers/checksum-members.ts';
import { ownerOf } from './answers/owner.ts';
import { sdkWord } from './answers/sdk-word.ts';
import { shownTime } from './answers/shown-time.ts';
import { quoted } from './answers/written-object.ts';
import { checkPartEncryption } from './rules/encryption-headers.ts';
import { pageSize, partNumberMarker } from './rules/list-parameters.ts';
import type { S3Handler } from './s3-handler.ts';

export const ListParts =
  (objects: ObjectsContext): S3Handler<'ListParts'> =>
  async (input, call) => {
    checkPartEncryption(call.headers);
    const bucket = await objects.buckets.require(input.Bucket);
    const partsMax = pageSize(input.MaxParts, 'max-parts');
    const marker = partNumberMarker(input.PartNumberMarker, 'part-number-marker');
    const { upload, parts, truncated } = await listParts(objects, bucket, {
      key: input.Key,
      uploadId: input.UploadId,
      partNumberMarker: marker,
      partsMax,
    });
    return {
      Bucket: input.Bucket,
      Key: input.Key,
      UploadId: upload.uploadId,
      PartNumberMarker: String(marker),
      NextPartNumberMarker: String(parts.at(-1)?.partNumber ?? 0),
      MaxParts: partsMax,
      IsTruncated: truncated,
      Parts: parts.map(({ partNumber, row }) => ({
        PartNumber: partNumber,
        LastModified: shownTime(row.modifiedAtMs),
        ETag: quoted(row.etag),
        Size: row.size,
        ...partChecksumMembers(row.checksum),
      })),
      Initiator: { ID: upload.initiator.id, DisplayName: upload.initiator.displayName },
      Owner: ownerOf(upload.owner),
      StorageClass: sdkWord(upload.storageClass),
      ...(upload.checksum === undefined
        ? {}
        : { ChecksumAlgorithm: upload.checksum.algorithm, ChecksumType: upload.checksum.type }),
    };
  };
