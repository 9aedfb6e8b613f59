import { Buffer } from 'node:buffer';
import type { RowVersion } from '../key-value-store.ts';
import { stampVersion, VERSION_BYTES } from '../stored-row.ts';

/** Where the value of a row lies that was moved into a segment. */
export interface BodyPlace {
  readonly segment: number;
  /** Of the first byte of the value. */
  readonly offset: number;
  readonly length: number;
}

/** A pointer stands in the row's place (part of the disk format): its version, with the topmost bit set, which no version
 * has, then segment, offset and length, each 4 bytes, big-endian. */
const POINTER_BIT = 0x80;
const NUMBER_BYTES = 4;
const POINTER_BYTES = VERSION_BYTES + 3 * NUMBER_BYTES;

export function isPointer(stored: Buffer): boolean {
  return stored.length === POINTER_BYTES && ((stored[0] ?? 0) & POINTER_BIT) !== 0;
}

/** @param version of the row that it takes the place of */
export function encodePointer(version: RowVersion, { segment, offset, length }: BodyPlace): Buffer {
  const pointer = Buffer.allocUnsafe(POINTER_BYTES);
  stampVersion(pointer, version);
  pointer[0] = (pointer[0] ?? 0) | POINTER_BIT;
  let at = pointer.writeUInt32BE(segment, VERSION_BYTES);
  at = pointer.writeUInt32BE(offset, at);
  pointer.writeUInt32BE(length, at);
  return pointer;
}

export function placeOf(pointer: Buffer): BodyPlace {
  return {
    segment: pointer.readUInt32BE(VERSION_BYTES),
    offset: pointer.readUInt32BE(VERSION_BYTES + NUMBER_BYTES),
    length: pointer.readUInt32BE(VERSION_BYTES + 2 * NUMBER_BYTES),
  };
}

/** The row as it was before its value was moved, all but the value. */
export function rowAround(pointer: Buffer, length: number): Buffer {
  const stored = Buffer.allocUnsafe(VERSION_BYTES + length);
  pointer.copy(stored, 0, 0, VERSION_BYTES);
  stored[0] = (stored[0] ?? 0) & ~POINTER_BIT;
  return stored;
}
