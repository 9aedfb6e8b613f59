import { systemRandom } from '../lib/random.ts';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const UNIQUE_ID_CHARACTERS = 17;
const ACCESS_KEY_CHARACTERS = 16;
/** 40 characters of base64, as AWS's secrets have. */
const SECRET_BYTES = 30;
const ACCOUNT_DIGITS = 12;

function base32(characters: number): string {
  let text = '';
  // 256 is a multiple of 32: taking five bits of each byte favours no letter.
  for (const byte of systemRandom.bytes(characters)) text += BASE32[byte & 31] ?? '';
  return text;
}

/** AWS's unique ids: 21 characters, the first four say of what. */
export function newUniqueId(prefix: 'AIDA' | 'AROA' | 'AGPA' | 'ANPA'): string {
  return prefix + base32(UNIQUE_ID_CHARACTERS);
}

/** AKIA for long-term keys, ASIA for those of sessions. */
export function newAccessKeyId(prefix: 'AKIA' | 'ASIA'): string {
  return prefix + base32(ACCESS_KEY_CHARACTERS);
}

export function newSecretAccessKey(): string {
  return systemRandom.bytes(SECRET_BYTES).toString('base64');
}

/** Twelve digits; the first is not 0, so that no spreadsheet eats it. */
export function newAccountId(): string {
  const digits = [...systemRandom.bytes(ACCOUNT_DIGITS * 4)]
    .filter((byte) => byte < 250)
    .map((byte) => byte % 10);
  const [first = 1, ...rest] = digits;
  return [first === 0 ? 9 : first, ...rest].slice(0, ACCOUNT_DIGITS).join('');
}
