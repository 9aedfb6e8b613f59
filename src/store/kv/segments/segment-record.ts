import type { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { VERSION_BYTES } from '../stored-row.ts';
import { entriesOf, readBatch } from './log-batch.ts';

/** A body in a segment, alive or not. */
export interface SegmentBody {
  readonly key: Buffer;
  /** Offset of the value in what was read. */
  readonly value: number;
  readonly length: number;
}

/** What stands in a segment at one place. */
export interface SegmentPiece {
  readonly bodies: readonly SegmentBody[];
  /** Offset of what follows. */
  readonly end: number;
}

/** The batch or, in segments of formats 2 and 3, the record at `start`; `cut` where `bytes` end within it; undefined where
 * neither begins.
 * @param isBody whether a row of this key is a body that may lie in a segment */
export function readPiece(
  bytes: Buffer,
  start: number,
  isBody: (key: Buffer) => boolean,
): SegmentPiece | 'cut' | undefined {
  const batch = readBatch(bytes, start);
  if (batch === undefined) return readRecord(bytes, start);
  if (batch === 'cut') return batch;
  const bodies: SegmentBody[] = [];
  for (const entry of entriesOf(bytes, batch)) {
    if (entry.kind !== 'put' || !isBody(entry.key)) continue;
    bodies.push({ key: entry.key, value: entry.value, length: entry.stored.length - VERSION_BYTES });
  }
  return { bodies, end: batch.end };
}

/** One record a body: length of the key (2 bytes, never 0), of the value (4), CRC-32 of these and the key (4), the key, the
 * value. */
const HEADER_BYTES = 10;
const CHECKSUM_AT = 6;

function readRecord(bytes: Buffer, start: number): SegmentPiece | 'cut' | undefined {
  if (start + HEADER_BYTES > bytes.length) return 'cut';
  const keyLength = bytes.readUInt16BE(start);
  if (keyLength === 0) return undefined;
  const length = bytes.readUInt32BE(start + 2);
  const value = start + HEADER_BYTES + keyLength;
  if (value > bytes.length) return 'cut';
  if (bytes.readUInt32BE(start + CHECKSUM_AT) !== checksumOf(bytes, start, keyLength)) return undefined;
  if (value + length > bytes.length) return 'cut';
  const key = bytes.subarray(start + HEADER_BYTES, value);
  return { bodies: [{ key, value, length }], end: value + length };
}

function checksumOf(bytes: Buffer, start: number, keyLength: number): number {
  const lengths = crc32(bytes.subarray(start, start + CHECKSUM_AT));
  return crc32(bytes.subarray(start + HEADER_BYTES, start + HEADER_BYTES + keyLength), lengths);
}
