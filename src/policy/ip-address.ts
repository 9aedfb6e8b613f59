import { isIP } from 'node:net';

const IPV4_BITS = 32;
const IPV6_BITS = 128;
const MAPPED_PREFIX = '::ffff:';

interface Address {
  readonly bits: number;
  readonly value: bigint;
}

/** An IPv4 client of a dual-stack listener appears as ::ffff:a.b.c.d; policies mean the IPv4 address. */
function addressOf(text: string): Address | undefined {
  const lower = text.toLowerCase();
  const plain =
    lower.startsWith(MAPPED_PREFIX) && isIP(lower.slice(MAPPED_PREFIX.length)) === 4
      ? lower.slice(MAPPED_PREFIX.length)
      : lower;
  switch (isIP(plain)) {
    case 4:
      return { bits: IPV4_BITS, value: groupsToNumber(plain.split('.').map(Number), 8n) };
    case 6:
      return plain.includes('%')
        ? undefined
        : { bits: IPV6_BITS, value: groupsToNumber(ipv6Groups(plain), 16n) };
    default:
      return undefined;
  }
}

function groupsToNumber(groups: readonly number[], width: bigint): bigint {
  return groups.reduce((sum, group) => (sum << width) | BigInt(group), 0n);
}

function ipv6Groups(text: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const plain =
    dotted === null
      ? text
      : `${dotted[1]}${((Number(dotted[2]) << 8) | Number(dotted[3])).toString(16)}:${((Number(dotted[4]) << 8) | Number(dotted[5])).toString(16)}`;
  const [head = '', tail] = plain.split('::');
  const before = hexGroups(head);
  if (tail === undefined) return before;
  const after = hexGroups(tail);
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function hexGroups(part: string): number[] {
  return part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
}

function rangeOf(text: string): (Address & { readonly prefix: number }) | undefined {
  const [addressText = '', prefixText, ...rest] = text.split('/');
  const address = addressOf(addressText);
  if (address === undefined || rest.length > 0) return undefined;
  if (prefixText === undefined) return { ...address, prefix: address.bits };
  const prefix = Number(prefixText);
  return /^\d{1,3}$/.test(prefixText) && prefix <= address.bits ? { ...address, prefix } : undefined;
}

export function isAddressRange(text: string): boolean {
  return rangeOf(text) !== undefined;
}

/** Whether `address` lies in `range` (an address, or CIDR). */
export function addressInRange(address: string, range: string): boolean {
  const asked = addressOf(address);
  const listed = rangeOf(range);
  if (asked === undefined || listed === undefined || asked.bits !== listed.bits) return false;
  const shift = BigInt(listed.bits - listed.prefix);
  return asked.value >> shift === listed.value >> shift;
}
