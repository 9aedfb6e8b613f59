import { createHash } from 'node:crypto';
import { badChecksum, badDigest, invalidRequest } from '../errors/s3.ts';
import { combineChecksums, compositeChecksum, isCombinable } from '../lib/checksums/index.ts';
import type { ChecksumAlgorithm, ChecksumValue } from '../store/tables/rows.ts';
import type { UploadRow } from '../store/tables/uploads.ts';
import type { FoundPart } from './upload-parts.ts';

/** MD5 over the MD5s of the parts, and how many they are. */
export function multipartEntityTag(parts: readonly FoundPart[]): string {
  const md5 = createHash('md5');
  for (const { row } of parts) md5.update(row.etag, 'hex');
  return `${md5.digest('hex')}-${parts.length}`;
}

export interface ClaimedChecksum {
  readonly checksumType?: 'FULL_OBJECT' | 'COMPOSITE';
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly value: string };
}

/** The checksum of the whole out of those of its parts, compared with what the request claims.
 * @throws AwsError InvalidRequest, BadDigest */
export function multipartChecksum(
  upload: UploadRow,
  parts: readonly FoundPart[],
  claimed: ClaimedChecksum,
): ChecksumValue {
  checkClaimedType(upload, claimed);
  const { algorithm, type } = upload.checksum ?? { algorithm: 'CRC64NVME', type: 'FULL_OBJECT' };
  const checksum = { algorithm, type, value: valueOf(algorithm, type, parts) };
  const { checksum: claim } = claimed;
  if (claim !== undefined) {
    const [digest = ''] = checksum.value.split('-');
    const matches = claim.value === checksum.value || claim.value === digest;
    if (claim.algorithm !== algorithm || !matches) {
      throw type === 'FULL_OBJECT'
        ? badDigest(
            `The ${claim.algorithm.toLowerCase()} you specified did not match the calculated checksum.`,
          )
        : badChecksum(claim.algorithm.toLowerCase());
    }
  }
  return checksum;
}

function checkClaimedType(upload: UploadRow, { checksumType }: ClaimedChecksum): void {
  if (checksumType === undefined) return;
  const mode = upload.checksum?.type;
  if (mode === checksumType) return;
  throw invalidRequest(
    `The upload was created using the ${mode ?? 'null'} checksum mode. The complete request must use the same checksum mode.`,
  );
}

function valueOf(
  algorithm: ChecksumAlgorithm,
  type: ChecksumValue['type'],
  parts: readonly FoundPart[],
): string {
  const values = parts.map(({ row }) => ({
    size: row.size,
    value: row.checksum?.algorithm === algorithm ? row.checksum.value : (row.crc64Nvme ?? ''),
  }));
  if (type === 'FULL_OBJECT' && isCombinable(algorithm)) return combineChecksums(algorithm, values);
  return compositeChecksum(
    algorithm,
    values.map(({ value }) => value),
  );
}
