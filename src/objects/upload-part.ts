import type { Bucket } from '../buckets/bucket.ts';
import { invalidRequest, partNumberOutOfRange } from '../errors/s3.ts';
import type { PartRow } from '../store/tables/parts.ts';
import type { UploadRow } from '../store/tables/uploads.ts';
import { commitPart } from './commit-part.ts';
import type { ObjectsContext } from './context.ts';
import { findUpload, type PartOfUpload } from './find-upload.ts';
import type { IncomingBody } from './incoming-body.ts';
import { PART_BYTES_MAX, PARTS_MAX } from './limits.ts';
import { receiveBody } from './receive-body.ts';

export interface UploadPartOptions extends PartOfUpload {
  readonly body: IncomingBody;
}

/** @throws AwsError NoSuchUpload, InvalidArgument (part number), InvalidRequest (checksum algorithm), BadDigest,
 *   EntityTooLarge */
export async function uploadPart(
  context: ObjectsContext,
  bucket: Bucket,
  options: UploadPartOptions,
): Promise<PartRow> {
  const { key, uploadId, partNumber, body } = options;
  if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > PARTS_MAX) {
    throw partNumberOutOfRange(String(partNumber));
  }
  const upload = await findUpload(bucket, key, uploadId);
  const stored = await receiveBody(
    context,
    bucket.region,
    partBody(upload.row, body),
    PART_BYTES_MAX,
    upload.row.checksum === undefined,
  );
  return commitPart(context, bucket, { key, uploadId, partNumber }, stored);
}

/** The part is checksummed as its upload was created for. */
function partBody(upload: UploadRow, body: IncomingBody): IncomingBody {
  const expected = upload.checksum?.algorithm;
  if (expected === undefined) return body;
  if (body.algorithm !== undefined && body.algorithm !== expected) {
    throw invalidRequest(
      `Checksum Type mismatch occurred, expected checksum Type: ${expected.toLowerCase()}, actual checksum Type: ${body.algorithm.toLowerCase()}`,
    );
  }
  return { ...body, algorithm: expected };
}
