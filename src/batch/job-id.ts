import type { Random } from '../lib/random.ts';

/** A lower-case UUID of version 4, as AWS's job ids are. */
export function newJobId(random: Random): string {
  const bytes = random.bytes(16);
  // RFC 9562 5.4: four bits of version, two of variant.
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
