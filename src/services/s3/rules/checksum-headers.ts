import { invalidChecksumHeader, invalidRequest, multipleChecksums } from '../../../errors/s3.ts';
import { CHECKSUM_BYTES } from '../../../lib/checksums/algorithms.ts';
import type { ChecksumAlgorithm } from '../../../store/tables/rows.ts';
import { checksumAlgorithmOf } from '../../../wire/control-body.ts';

/** A checksum that the client named. Without `value` it comes as a trailer, after the body. */
export interface DeclaredChecksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly value?: string;
}

const PREFIX = 'x-amz-checksum-';
const PARTS_COUNT = /-[1-9]\d{0,4}$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export function isChecksumAlgorithm(name: string): name is ChecksumAlgorithm {
  return Object.hasOwn(CHECKSUM_BYTES, name);
}

export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return PREFIX + algorithm.toLowerCase();
}

/** The one checksum that the headers give or announce.
 * @param mayBeComposite whether it may end in the number of parts, as the checksum of a composite object does
 * @throws AwsError InvalidRequest */
export function declaredChecksum(
  headers: Readonly<Record<string, string>>,
  mayBeComposite = false,
): DeclaredChecksum | undefined {
  let declared: DeclaredChecksum | undefined;
  for (const name in headers) {
    const algorithm = checksumAlgorithmOf(name);
    if (algorithm === undefined) continue;
    if (declared !== undefined) throw multipleChecksums();
    const value = headers[name] ?? '';
    checkDigest(algorithm, mayBeComposite ? value.replace(PARTS_COUNT, '') : value);
    declared = { algorithm, value };
  }
  const trailer = headers['x-amz-trailer'];
  if (trailer !== undefined) {
    for (const name of trailer.split(',')) {
      const algorithm = checksumAlgorithmOf(name.trim().toLowerCase());
      if (algorithm === undefined) continue;
      if (declared !== undefined) throw multipleChecksums();
      declared = { algorithm };
    }
  }
  checkSdkAlgorithm(headers['x-amz-sdk-checksum-algorithm'], declared);
  return declared;
}

/** @throws AwsError InvalidRequest when `value` is no digest of that algorithm, as header or trailer. */
export function checkDigest(algorithm: ChecksumAlgorithm, value: string): void {
  if (BASE64.test(value) && Buffer.byteLength(value, 'base64') === CHECKSUM_BYTES[algorithm]) return;
  throw invalidChecksumHeader(checksumHeader(algorithm));
}

function checkSdkAlgorithm(named: string | undefined, declared: DeclaredChecksum | undefined): void {
  if (named === undefined) return;
  const algorithm = named.toUpperCase();
  if (declared === undefined) {
    // MD5 is what old clients name beside Content-MD5.
    if (algorithm === 'MD5') return;
    throw invalidRequest(
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    );
  }
  if (algorithm !== declared.algorithm) {
    throw invalidChecksumHeader('x-amz-sdk-checksum-algorithm');
  }
}
