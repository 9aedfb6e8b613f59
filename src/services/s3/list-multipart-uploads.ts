import type { ObjectsContext } from '../../objects/context.ts';
import { listMultipartUploads } from '../../objects/list-multipart-uploads.ts';
import { ownerOf } from './answers/owner.ts';
import { sdkWord } from './answers/sdk-word.ts';
import { shownTime } from './answers/shown-time.ts';
import { checkEncodingType, listEncoder, pageSize } from './rules/list-parameters.ts';
import type { S3Handler } from './s3-handler.ts';

export const ListMultipartUploads =
  (objects: ObjectsContext): S3Handler<'ListMultipartUploads'> =>
  async (input) => {
    checkEncodingType(input.EncodingType);
    const uploadsMax = pageSize(input.MaxUploads, 'max-uploads');
    const encode = listEncoder(input.EncodingType);
    const {
      Prefix: prefix = '',
      Delimiter: delimiter,
      KeyMarker: keyMarker,
      UploadIdMarker: uploadIdMarker,
    } = input;
    const bucket = await objects.buckets.require(input.Bucket);
    const page = await listMultipartUploads(objects, bucket, {
      prefix,
      ...(delimiter ? { delimiter } : {}),
      ...(keyMarker ? { keyMarker } : {}),
      ...(keyMarker && uploadIdMarker ? { uploadIdMarker } : {}),
      uploadsMax,
    });
    return {
      Bucket: input.Bucket,
      KeyMarker: encode(keyMarker ?? ''),
      UploadIdMarker: keyMarker ? (uploadIdMarker ?? '') : '',
      NextKeyMarker: encode(page.next?.keyMarker ?? ''),
      NextUploadIdMarker: page.next?.uploadIdMarker ?? '',
      ...(prefix === '' ? {} : { Prefix: encode(prefix) }),
      ...(delimiter ? { Delimiter: encode(delimiter) } : {}),
      ...(input.EncodingType === undefined ? {} : { EncodingType: input.EncodingType }),
      MaxUploads: uploadsMax,
      IsTruncated: page.next !== undefined,
      Uploads: page.uploads.map(({ key, row }) => ({
        Key: encode(key),
        UploadId: row.uploadId,
        Initiator: { ID: row.initiator.id, DisplayName: row.initiator.displayName },
        Owner: ownerOf(row.owner),
        StorageClass: sdkWord(row.storageClass),
        Initiated: shownTime(row.initiatedAtMs),
        ...(row.checksum === undefined
          ? {}
          : { ChecksumAlgorithm: row.checksum.algorithm, ChecksumType: row.checksum.type }),
      })),
      CommonPrefixes: page.commonPrefixes.map((common) => ({ Prefix: encode(common) })),
    };
  };
