import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

/** AES-256. */
export const MASTER_KEY_BYTES = 32;

/** One generation of the site's master key. Sites keep all generations that any stored key is still wrapped by;
 * the first of a list is the one that wraps. */
export interface MasterKey {
  /** Names this generation in every `SealedKey`; tells which key it is, and nothing about it. */
  readonly wrapId: string;
  readonly key: KeyObject;
}

export class MasterKeyError extends Error {
  override readonly name = 'MasterKeyError';
}

/** Ten bytes: no two keys of a site ever share it, and it stays short, since every row carries it. */
const FINGERPRINT_HEX_DIGITS = 20;

/** A check value that may be stored in the clear: the same key always gives the same, and it reveals nothing. */
export function masterKeyFingerprint(bytes: Uint8Array): string {
  return createHmac('sha256', bytes)
    .update('holdfast master key fingerprint v1')
    .digest('hex')
    .slice(0, FINGERPRINT_HEX_DIGITS);
}

/** @throws MasterKeyError unless it is exactly 32 bytes. */
export function makeMasterKey(bytes: Uint8Array): MasterKey {
  if (bytes.length !== MASTER_KEY_BYTES) {
    throw new MasterKeyError(`A master key is ${MASTER_KEY_BYTES} bytes; this one has ${bytes.length}.`);
  }
  return { wrapId: masterKeyFingerprint(bytes), key: createSecretKey(bytes) };
}

/** Refuses a start with another key than the data was written under.
 * @throws MasterKeyError when none of `keys` is the one that `expectedFingerprint` was made from. */
export function requireMasterKey(keys: readonly MasterKey[], expectedFingerprint: string): void {
  if (keys.some((key) => key.wrapId === expectedFingerprint)) return;
  const given = keys.map((key) => key.wrapId).join(', ') || 'none';
  throw new MasterKeyError(
    `This data directory was written under the master key with fingerprint ${expectedFingerprint}, but the key given has ${given}: start with the right key.`,
  );
}
