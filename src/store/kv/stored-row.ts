import { Buffer } from 'node:buffer';
import type { Row, RowVersion } from './key-value-store.ts';

/** A row as engines keep it: 8 bytes of version, big-endian, then the value. Part of the disk format. */
export const VERSION_BYTES = 8;
const HIGH = 2 ** 32;

/** A copy of `value` behind room for the version. */
export function storedRow(value: Uint8Array): Buffer {
  const stored = Buffer.allocUnsafe(VERSION_BYTES + value.length);
  stored.set(value, VERSION_BYTES);
  return stored;
}

export function stampVersion(stored: Buffer, version: RowVersion): void {
  writeUnsigned(stored, version);
}

export function versionOf(stored: Buffer): RowVersion {
  return stored.readUInt32BE(0) * HIGH + stored.readUInt32BE(4);
}

export function rowOf(stored: Buffer): Row {
  return { value: stored.subarray(VERSION_BYTES), version: versionOf(stored) };
}

/** A counter's total: 8 bytes, big-endian, two's complement. */
export function encodeTotal(total: number): Buffer {
  const bytes = Buffer.allocUnsafe(VERSION_BYTES);
  bytes.writeBigInt64BE(BigInt(total));
  return bytes;
}

export function decodeTotal(bytes: Buffer): number {
  return Number(bytes.readBigInt64BE());
}

function writeUnsigned(bytes: Buffer, value: number): void {
  bytes.writeUInt32BE(Math.floor(value / HIGH), 0);
  bytes.writeUInt32BE(value % HIGH, 4);
}
