import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import type { Random } from '../../lib/random.ts';
import { ORDER_STAMP_BYTES, type OrderStamp } from './order-stamp.ts';

/** A version id is opaque to clients; to us it is 24 bytes: the stamp, 8 random bytes, and a checksum that tells
 * an id which some Holdfast made from one that nobody did. Base64 with `.` and `_`, so 32 characters. */
const RANDOM_BYTES = 8;
const CHECK_AT = ORDER_STAMP_BYTES + RANDOM_BYTES;
const BYTES = CHECK_AT + 4;
const FORM = /^[A-Za-z0-9._]{32}$/;

/** Filled anew for each id: every write makes one. */
const scratch = Buffer.alloc(BYTES);
const checked = scratch.subarray(0, CHECK_AT);

/** @throws RangeError for what is no stamp. */
export function makeVersionId(stamp: OrderStamp, random: Random): string {
  if (stamp.length !== 2 * ORDER_STAMP_BYTES || scratch.write(stamp, 'hex') !== ORDER_STAMP_BYTES) {
    throw new RangeError(`no order stamp: ${stamp}`);
  }
  scratch.set(random.bytes(RANDOM_BYTES), ORDER_STAMP_BYTES);
  scratch.writeUInt32BE(crc32(checked), CHECK_AT);
  const id = scratch.toString('base64url');
  return id.includes('-') ? id.replaceAll('-', '.') : id;
}

/** The stamp of the version with this id; undefined when no Holdfast ever issued it. */
export function stampOfVersionId(id: string): OrderStamp | undefined {
  if (!FORM.test(id)) return undefined;
  const bytes = Buffer.from(id.replaceAll('.', '-'), 'base64url');
  if (bytes.readUInt32BE(CHECK_AT) !== crc32(bytes.subarray(0, CHECK_AT))) return undefined;
  return bytes.toString('hex', 0, ORDER_STAMP_BYTES);
}
