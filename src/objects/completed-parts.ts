import {
  badDigest,
  entityTooLarge,
  entityTooSmall,
  invalidPart,
  invalidPartOrder,
  invalidRequest,
} from '../errors/s3.ts';
import type { ChecksumAlgorithm } from '../store/tables/rows.ts';
import type { UploadRow } from '../store/tables/uploads.ts';
import { OBJECT_BYTES_MAX, PART_BYTES_MIN } from './limits.ts';
import type { FoundPart } from './upload-parts.ts';

export interface NamedPart {
  readonly partNumber: number;
  /** With or without quotes. */
  readonly etag: string;
  /** Those that the request names, in base64. */
  readonly checksums?: ReadonlyMap<ChecksumAlgorithm, string>;
}

/** The parts that the request names, in order, as they were uploaded. Gaps in the numbers are fine.
 * @throws AwsError InvalidRequest, InvalidPartOrder, InvalidPart, BadDigest, EntityTooSmall, EntityTooLarge */
export function completedParts(
  upload: UploadRow,
  found: readonly FoundPart[],
  named: readonly NamedPart[],
): FoundPart[] {
  const { uploadId } = upload;
  if (named.length === 0) throw invalidRequest('You must specify at least one part');
  const byNumber = new Map(found.map((part) => [part.partNumber, part]));
  let previous = 0;
  for (const { partNumber } of named) {
    if (partNumber <= previous) throw invalidPartOrder(uploadId);
    previous = partNumber;
  }
  const chosen = named.map((name) => {
    const part = byNumber.get(name.partNumber);
    if (part === undefined || name.etag.replaceAll('"', '') !== part.row.etag) {
      throw invalidPart(uploadId, name.partNumber, name.etag);
    }
    checkPartChecksums(upload, name, part);
    return part;
  });
  checkSizes(chosen);
  return chosen;
}

function checkPartChecksums(upload: UploadRow, named: NamedPart, part: FoundPart): void {
  const { partNumber, etag, checksums } = named;
  const algorithm = upload.checksum?.algorithm;
  for (const [name, value] of checksums ?? []) {
    const received = part.row.checksum;
    if (algorithm === undefined) {
      // An upload without an algorithm ("null checksum mode") takes no checksums of parts but those that UploadPart
      // answered for want of others: minio-go repeats them.
      if (name === 'CRC64NVME' && received?.algorithm === name && received.value === value) continue;
      throw invalidPart(upload.uploadId, partNumber, etag);
    }
    if (name !== algorithm) {
      throw badDigest(
        `The ${name.toLowerCase()} you specified for part ${partNumber} did not match what we received.`,
      );
    }
    if (value !== received?.value) throw invalidPart(upload.uploadId, partNumber, etag);
  }
  if (upload.checksum?.type === 'COMPOSITE' && (checksums === undefined || checksums.size === 0)) {
    const name = upload.checksum.algorithm.toLowerCase();
    throw invalidRequest(
      `The upload was created using a ${name} checksum. The complete request must include the checksum for each part. It was missing for part ${partNumber} in the request.`,
    );
  }
}

function checkSizes(chosen: readonly FoundPart[]): void {
  let size = 0;
  for (const [index, { partNumber, row }] of chosen.entries()) {
    size += row.size;
    if (row.size < PART_BYTES_MIN && index < chosen.length - 1) {
      throw entityTooSmall(row.size, PART_BYTES_MIN, partNumber, row.etag);
    }
  }
  if (size > OBJECT_BYTES_MAX) throw entityTooLarge(size, OBJECT_BYTES_MAX);
}
