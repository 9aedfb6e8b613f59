import { Buffer } from 'node:buffer';
import type { Row, RowVersion } from './key-value-store.ts';

/** A row as engines keep it: 8 bytes of version, big-endian with 7 bits in each, then the value. So a row whose value
 * is text is text from its first byte (read-as-text.ts), and 56 bits hold every safe integer. Part of the disk
 * format. */
export const VERSION_BYTES = 8;
const TOTAL_BYTES = 8;
const BITS_OF_BYTE = 7;
const BYTE_MAX = 127;
/** Half of a version: what bit operations can take apart. */
const HALF = 2 ** 28;

/** A copy of `value` behind room for the version. */
export function storedRow(value: Uint8Array): Buffer {
  const stored = Buffer.allocUnsafe(VERSION_BYTES + value.length);
  stored.set(value, VERSION_BYTES);
  return stored;
}

/** A row that the engine keeps for itself, as text as all rows are: nobody checks its version. */
export function ownRow(text: string): Buffer {
  const stored = storedRow(Buffer.from(text));
  stampVersion(stored, 0);
  return stored;
}

export function stampVersion(stored: Buffer, version: RowVersion): void {
  writeHalf(stored, 0, Math.floor(version / HALF));
  writeHalf(stored, 4, version % HALF);
}

export function versionOf(stored: Buffer): RowVersion {
  return readHalf(stored, 0) * HALF + readHalf(stored, 4);
}

/** The same of a row that was read as text. */
export function versionOfText(stored: string): RowVersion {
  let version = 0;
  for (let at = 0; at < VERSION_BYTES; at += 1) version = version * (BYTE_MAX + 1) + stored.charCodeAt(at);
  return version;
}

export function rowOf(stored: Buffer): Row {
  return { value: stored.subarray(VERSION_BYTES), version: versionOf(stored) };
}

/** A counter's total: 8 bytes, big-endian, two's complement. */
export function encodeTotal(total: number): Buffer {
  const bytes = Buffer.allocUnsafe(TOTAL_BYTES);
  bytes.writeBigInt64BE(BigInt(total));
  return bytes;
}

export function decodeTotal(bytes: Buffer): number {
  return Number(bytes.readBigInt64BE());
}

function writeHalf(bytes: Buffer, start: number, half: number): void {
  for (let at = start + 3, rest = half; at >= start; at -= 1, rest >>= BITS_OF_BYTE)
    bytes[at] = rest & BYTE_MAX;
}

function readHalf(bytes: Buffer, start: number): number {
  let half = 0;
  for (let at = start; at < start + 4; at += 1) half = (half << BITS_OF_BYTE) | (bytes[at] ?? 0);
  return half;
}
