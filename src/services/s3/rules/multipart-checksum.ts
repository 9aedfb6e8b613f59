import { invalidRequest } from '../../../errors/s3.ts';
import type { ChecksumAlgorithm } from '../../../store/tables/rows.ts';
import type { UploadRow } from '../../../store/tables/uploads.ts';
import { isChecksumAlgorithm } from './checksum-headers.ts';

type UploadChecksum = NonNullable<UploadRow['checksum']>;
type ChecksumType = UploadChecksum['type'];

/** CRCs of parts can be joined to one of the whole; digests cannot. */
const FULL_OBJECT_ALGORITHMS = new Set(['CRC32', 'CRC32C', 'CRC64NVME']);
const COMPOSITE_REFUSED = new Set(['CRC64NVME']);

/** x-amz-checksum-algorithm, in capitals or not. The text is AWS's, which accepts more than it names.
 * @throws AwsError InvalidRequest */
export function checksumAlgorithm(written: string): ChecksumAlgorithm {
  const name = written.toUpperCase();
  if (isChecksumAlgorithm(name)) return name;
  throw invalidRequest(
    'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
  );
}

/** The checksum that an upload is created with; undefined leaves it to the server.
 * @throws AwsError InvalidRequest */
export function uploadChecksum(
  algorithm: string | undefined,
  type: string | undefined,
): UploadChecksum | undefined {
  if (algorithm === undefined) {
    if (type === undefined) return undefined;
    throw invalidRequest(
      'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
    );
  }
  const name = checksumAlgorithm(algorithm);
  const chosen = checksumType(type) ?? (name === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  const refused = chosen === 'COMPOSITE' ? COMPOSITE_REFUSED.has(name) : !FULL_OBJECT_ALGORITHMS.has(name);
  if (refused) {
    throw invalidRequest(
      `The ${chosen} checksum type cannot be used with the ${name.toLowerCase()} checksum algorithm.`,
    );
  }
  return { algorithm: name, type: chosen };
}

/** @throws AwsError InvalidRequest */
export function checksumType(type: string | undefined): ChecksumType | undefined {
  if (type === undefined || type === 'FULL_OBJECT' || type === 'COMPOSITE') return type;
  throw invalidRequest('Value for x-amz-checksum-type header is invalid.');
}
