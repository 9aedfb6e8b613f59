import { invalidArgument } from '../../errors/s3.ts';
import type { ObjectsContext } from '../../objects/context.ts';
import type { UploadPartCopyOptions } from '../../objects/upload-part-copy.ts';
import { uploadPartCopy } from '../../objects/upload-part-copy.ts';
import { copySource } from '../../wire/copy-source.ts';
import { partChecksumMembers } from './answers/checksum-members.ts';
import { hidingWhatIsMissing } from './answers/found-object.ts';
import { shownTime } from './answers/shown-time.ts';
import { quoted } from './answers/written-object.ts';
import { copySourceOptions } from './rules/copy-source-options.ts';
import { checkPartEncryption } from './rules/encryption-headers.ts';
import { partNumber } from './rules/part-number.ts';
import type { S3Handler } from './s3-handler.ts';

export const UploadPartCopy =
  (objects: ObjectsContext): S3Handler<'UploadPartCopy'> =>
  async (input, call) => {
    checkPartEncryption(call.headers);
    const source = copySource(input.CopySource);
    const range = copySourceRange(input.CopySourceRange);
    const bucket = await objects.buckets.require(input.Bucket);
    const copying = uploadPartCopy(objects, bucket, {
      key: input.Key,
      uploadId: input.UploadId,
      partNumber: partNumber(input.PartNumber),
      source: await copySourceOptions(objects, source, call),
      ...(range === undefined ? {} : { range }),
    });
    const { part, sourceVersionId } = await hidingWhatIsMissing(call, source.bucket, copying);
    return {
      CopyPartResult: {
        ETag: quoted(part.etag),
        LastModified: shownTime(part.modifiedAtMs),
        ...partChecksumMembers(part.checksum),
      },
      ServerSideEncryption: 'AES256',
      ...(sourceVersionId === undefined ? {} : { CopySourceVersionId: sourceVersionId }),
    };
  };

function copySourceRange(header: string | undefined): UploadPartCopyOptions['range'] {
  if (header === undefined) return undefined;
  const match = /^bytes=(\d+)-(\d+)$/.exec(header);
  const first = Number(match?.[1]);
  const last = Number(match?.[2]);
  if (match === null || first > last) {
    throw invalidArgument(
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
      'x-amz-copy-source-range',
      header,
    );
  }
  return { first, last, asSent: header };
}
