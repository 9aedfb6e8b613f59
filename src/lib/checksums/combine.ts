import { CHECKSUM_BYTES, type ChecksumAlgorithm } from './algorithms.ts';
import { checksumOf } from './checksum.ts';

export interface PartChecksum {
  /** Base64. */
  readonly value: string;
  /** Bytes of the part. */
  readonly size: number;
}

/** Checksums of type COMPOSITE: the checksum of the parts' digests one after the other, and how many they are.
 * @param values base64, in order. */
export function compositeChecksum(algorithm: ChecksumAlgorithm, values: readonly string[]): string {
  const digests = Buffer.concat(values.map((value) => Buffer.from(value, 'base64')));
  return `${checksumOf(algorithm, digests).toString('base64')}-${values.length}`;
}

/** Checksums of type FULL_OBJECT can be told from those of the parts only where the checksum is linear. */
export type CombinableAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME';

export function isCombinable(algorithm: ChecksumAlgorithm): algorithm is CombinableAlgorithm {
  return algorithm === 'CRC32' || algorithm === 'CRC32C' || algorithm === 'CRC64NVME';
}

/** The checksum of the whole, in base64, from those of its parts in order, without their bytes. */
export function combineChecksums(algorithm: CombinableAlgorithm, parts: readonly PartChecksum[]): string {
  const field = FIELDS[algorithm];
  let whole: Polynomial = [0, 0];
  // Nearly always all parts but the last have one size.
  let shiftSize = -1;
  let shift: Polynomial = [0, 0];
  for (const { value, size } of parts) {
    if (size !== shiftSize) {
      shift = powerOfX(field, size);
      shiftSize = size;
    }
    const moved = multiply(field, shift, whole);
    const part = readPolynomial(Buffer.from(value, 'base64'));
    whole = [moved[0] ^ part[0], moved[1] ^ part[1]];
  }
  return writePolynomial(whole, CHECKSUM_BYTES[algorithm]).toString('base64');
}

/** A polynomial over GF(2), reflected as the CRCs are: the highest bit of `width` is x^0. High and low word. */
type Polynomial = readonly [number, number];

interface Field {
  readonly width: number;
  readonly modulus: Polynomial;
}

const FIELDS: Readonly<Record<CombinableAlgorithm, Field>> = {
  CRC32: { width: 32, modulus: [0, 0xedb88320] },
  CRC32C: { width: 32, modulus: [0, 0x82f63b78] },
  CRC64NVME: { width: 64, modulus: [0x9a6c9329, 0xac4bc9b5] },
};

/** a · b modulo the field's polynomial. */
function multiply(field: Field, [aHigh, aLow]: Polynomial, b: Polynomial): Polynomial {
  let [bHigh, bLow] = b;
  let high = 0;
  let low = 0;
  for (let bit = field.width - 1; bit >= 0; bit--) {
    const set = bit >= 32 ? (aHigh >>> (bit - 32)) & 1 : (aLow >>> bit) & 1;
    if (set === 1) {
      high ^= bHigh;
      low ^= bLow;
    }
    const carry = bLow & 1;
    bLow = (bLow >>> 1) | (bHigh << 31);
    bHigh >>>= 1;
    if (carry === 1) {
      bHigh ^= field.modulus[0];
      bLow ^= field.modulus[1];
    }
  }
  return [high, low];
}

/** x^(8 · size): what a checksum is multiplied by when `size` bytes follow. By repeated squaring. */
function powerOfX(field: Field, size: number): Polynomial {
  let power: Polynomial = field.width === 64 ? [0x80000000, 0] : [0, 0x80000000];
  // x^8: eight places below the highest bit.
  let square: Polynomial = field.width === 64 ? [0x00800000, 0] : [0, 0x00800000];
  for (let left = size; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) power = multiply(field, power, square);
    square = multiply(field, square, square);
  }
  return power;
}

function readPolynomial(digest: Buffer): Polynomial {
  return digest.length === 8 ? [digest.readUInt32BE(0), digest.readUInt32BE(4)] : [0, digest.readUInt32BE(0)];
}

function writePolynomial([high, low]: Polynomial, bytes: number): Buffer {
  const digest = Buffer.alloc(8);
  digest.writeInt32BE(high | 0, 0);
  digest.writeInt32BE(low | 0, 4);
  return digest.subarray(8 - bytes);
}
