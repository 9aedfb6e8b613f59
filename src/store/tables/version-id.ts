import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import type { Random } from '../../lib/random.ts';
import { stampElement } from './inverted-stamp.ts';
import { ORDER_STAMP_BYTES, type OrderStamp } from './order-stamp.ts';

/** A version id is opaque to clients; to us it is 24 bytes: the stamp, 8 random bytes, and a checksum that tells
 * an id which some Holdfast made from one that nobody did. Base64 with `.` and `_`, so 32 characters. */
const RANDOM_BYTES = 8;
const CHECK_AT = ORDER_STAMP_BYTES + RANDOM_BYTES;
const BYTES = CHECK_AT + 4;
const FORM = /^[A-Za-z0-9._]{32}$/;

export function makeVersionId(stamp: OrderStamp, random: Random): string {
  const bytes = Buffer.alloc(BYTES);
  bytes.set(stampElement(stamp));
  random.bytes(RANDOM_BYTES).copy(bytes, ORDER_STAMP_BYTES);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, CHECK_AT)), CHECK_AT);
  return bytes.toString('base64url').replaceAll('-', '.');
}

/** The stamp of the version with this id; undefined when no Holdfast ever issued it. */
export function stampOfVersionId(id: string): OrderStamp | undefined {
  if (!FORM.test(id)) return undefined;
  const bytes = Buffer.from(id.replaceAll('.', '-'), 'base64url');
  if (bytes.readUInt32BE(CHECK_AT) !== crc32(bytes.subarray(0, CHECK_AT))) return undefined;
  return bytes.toString('hex', 0, ORDER_STAMP_BYTES);
}
