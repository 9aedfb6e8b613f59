import type { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { VERSION_BYTES } from '../stored-row.ts';

/** What a segment is made of, one record a body (part of the disk format): length of the key (2 bytes), of the value (4),
 * CRC-32 of these and the key (4), the key, the value. The key is there for whoever asks which bodies of a segment are
 * still alive; the value is proved by its own seal. */
const HEADER_BYTES = 10;
const CHECKSUM_AT = 6;

export function recordBytes(name: string, stored: Buffer): number {
  return HEADER_BYTES + name.length + stored.length - VERSION_BYTES;
}

/** @param name of the key (key-space.ts)
 * @returns the offset of the value in `into` */
export function writeRecord(into: Buffer, start: number, name: string, stored: Buffer): number {
  into.writeUInt16BE(name.length, start);
  into.writeUInt32BE(stored.length - VERSION_BYTES, start + 2);
  into.write(name, start + HEADER_BYTES, 'latin1');
  into.writeUInt32BE(checksumOf(into, start, name.length), start + CHECKSUM_AT);
  const value = start + HEADER_BYTES + name.length;
  stored.copy(into, value, VERSION_BYTES);
  return value;
}

export interface SegmentRecord {
  readonly key: Buffer;
  /** Offset of the value in what was read. */
  readonly value: number;
  readonly length: number;
}

/** The record at `start`; `cut` where `bytes` end within it; undefined where none begins. */
export function readRecord(bytes: Buffer, start: number): SegmentRecord | 'cut' | undefined {
  if (start + HEADER_BYTES > bytes.length) return 'cut';
  const keyLength = bytes.readUInt16BE(start);
  if (keyLength === 0) return undefined;
  const length = bytes.readUInt32BE(start + 2);
  const value = start + HEADER_BYTES + keyLength;
  if (value > bytes.length) return 'cut';
  if (bytes.readUInt32BE(start + CHECKSUM_AT) !== checksumOf(bytes, start, keyLength)) return undefined;
  if (value + length > bytes.length) return 'cut';
  return { key: bytes.subarray(start + HEADER_BYTES, value), value, length };
}

function checksumOf(bytes: Buffer, start: number, keyLength: number): number {
  const lengths = crc32(bytes.subarray(start, start + CHECKSUM_AT));
  return crc32(bytes.subarray(start + HEADER_BYTES, start + HEADER_BYTES + keyLength), lengths);
}
