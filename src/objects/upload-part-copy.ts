import type { Bucket } from '../buckets/bucket.ts';
import { invalidArgument, invalidRequest } from '../errors/s3.ts';
import type { PartRow } from '../store/tables/parts.ts';
import type { ObjectsContext } from './context.ts';
import { type CopySourceOptions, findCopySource } from './copy-source.ts';
import type { PartOfUpload } from './find-upload.ts';
import { openBytes } from './open-bytes.ts';
import type { ByteRange } from './read-object.ts';
import { uploadPart } from './upload-part.ts';
import { versionIdHeader } from './version-form.ts';

export interface CopySourceRange {
  /** First and last byte, both inclusive, as x-amz-copy-source-range says. */
  readonly first: number;
  readonly last: number;
  readonly asSent: string;
}

export interface UploadPartCopyOptions extends PartOfUpload {
  readonly source: CopySourceOptions;
  /** Absent: the whole source. */
  readonly range?: CopySourceRange;
}

export interface CopiedPart {
  readonly part: PartRow;
  readonly sourceVersionId?: string;
}

/** @throws AwsError as reading and uploading a part do; InvalidArgument or InvalidRequest for a range past the source */
export async function uploadPartCopy(
  context: ObjectsContext,
  bucket: Bucket,
  options: UploadPartCopyOptions,
): Promise<CopiedPart> {
  const { source, key, uploadId, partNumber } = options;
  const { version } = await findCopySource(context, source);
  const range = sourceRange(version.size, options.range);
  const body = {
    chunks: openBytes(context, source.bucket, source.key, version, range),
    sizeBytes: range.end - range.start,
  };
  const part = await uploadPart(context, bucket, { key, uploadId, partNumber, body });
  const { versionId } = versionIdHeader(source.bucket.row, version);
  return versionId === undefined ? { part } : { part, sourceVersionId: versionId };
}

function sourceRange(size: number, asked: CopySourceRange | undefined): ByteRange {
  if (asked === undefined) return { start: 0, end: size };
  if (asked.first >= size) {
    throw invalidRequest('The specified copy range is invalid for the source object size');
  }
  if (asked.last >= size) {
    throw invalidArgument(
      `Range specified is not valid for source object of size: ${size}`,
      'x-amz-copy-source-range',
      asked.asSent,
    );
  }
  return { start: asked.first, end: asked.last + 1 };
}
