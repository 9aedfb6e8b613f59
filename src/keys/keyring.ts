import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { BoundedMap } from '../lib/bounded-map.ts';
import { systemRandom } from '../lib/random.ts';
import type { SealedKey } from '../store/tables/rows.ts';
import { type MasterKey, MasterKeyError } from './master-key.ts';

/** Wraps the data keys of blobs under the site's master key.
 *
 * A data key is wrapped by AES-256-GCM, not under the master key itself but under a key derived from it for this
 * one keyring (HKDF over a random salt), with a counter as nonce. Random nonces under one key end at 2^32 wraps
 * (NIST SP 800-38D 8.3), which 15,000 PUTs a second reach in three days; so there is no such end, and no random
 * bytes are drawn either. One wrap costs about 3.5 µs.
 *
 *   wrapped = salt (16) | counter (6) | sealed key (32) | tag (16), in base64
 *
 * Invariants
 * - No nonce is used twice under one derived key: the salt is new for each keyring, the counter only grows.
 * - Every generation that was ever given unwraps; only the first wraps.
 */
export interface Keyring {
  /** The generation that wraps now. */
  readonly currentWrapId: string;
  /** Whether this generation was given. */
  has(wrapId: string): boolean;
  wrap(dataKey: Uint8Array): SealedKey;
  /** @throws MasterKeyError when its generation is not here, KeyUnwrapError when it was altered. */
  unwrap(sealed: SealedKey): Buffer;
  /** The same data key under the current generation; the same object when it already is. */
  rewrap(sealed: SealedKey): SealedKey;
  /** A key for one other purpose, the same for ever: `wrapId` says under which generation. */
  derive(purpose: string, wrapId: string): KeyObject;
}

export class KeyUnwrapError extends Error {
  override readonly name = 'KeyUnwrapError';
}

export const DATA_KEY_BYTES = 32;

const SALT_BYTES = 16;
// 2^48 wraps of one process: 600 years at 15,000 a second.
const COUNTER_BYTES = 6;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const WRAPPED_BYTES = SALT_BYTES + COUNTER_BYTES + DATA_KEY_BYTES + TAG_BYTES;

// Salts are as many as there were starts and threads; beyond this one that was not used for long is derived again (20 µs).
const DERIVED_KEYS_MAX = 4096;

/** @param masterKeys the current generation first.
 * @throws MasterKeyError when there is none. */
export function makeKeyring(masterKeys: readonly MasterKey[]): Keyring {
  const [current] = masterKeys;
  if (current === undefined) throw new MasterKeyError('A keyring needs a master key.');
  const generations = new Map(masterKeys.map((master) => [master.wrapId, master.key]));
  const derived = new BoundedMap<KeyObject>(DERIVED_KEYS_MAX);

  function masterOf(wrapId: string): KeyObject {
    const master = generations.get(wrapId);
    if (master !== undefined) return master;
    throw new MasterKeyError(`The master key with fingerprint ${wrapId} is needed, but was not given.`);
  }

  function wrapKeyOf(wrapId: string, salt: Buffer): KeyObject {
    const name = `${wrapId}/${salt.toString('latin1')}`;
    let key = derived.get(name);
    if (key === undefined) {
      key = deriveKey(masterOf(wrapId), salt, 'holdfast data key wrap v1');
      derived.set(name, key);
    }
    return key;
  }

  const salt = systemRandom.bytes(SALT_BYTES);
  const wrapKey = wrapKeyOf(current.wrapId, salt);
  // Filled anew each time; OpenSSL copies them before it returns.
  const nonce = Buffer.alloc(NONCE_BYTES);
  const usedNonce = Buffer.alloc(NONCE_BYTES);
  let wraps = 0;

  const keyring: Keyring = {
    currentWrapId: current.wrapId,
    has: (wrapId) => generations.has(wrapId),
    wrap(dataKey) {
      requireDataKey(dataKey);
      nonce.writeUIntBE(++wraps, NONCE_BYTES - COUNTER_BYTES, COUNTER_BYTES);
      const cipher = createCipheriv('aes-256-gcm', wrapKey, nonce, { authTagLength: TAG_BYTES });
      const wrapped = Buffer.allocUnsafe(WRAPPED_BYTES);
      wrapped.set(salt);
      nonce.copy(wrapped, SALT_BYTES, NONCE_BYTES - COUNTER_BYTES);
      wrapped.set(cipher.update(dataKey), SALT_BYTES + COUNTER_BYTES);
      cipher.final();
      wrapped.set(cipher.getAuthTag(), WRAPPED_BYTES - TAG_BYTES);
      return { wrap: current.wrapId, wrapped: wrapped.toString('base64') };
    },
    unwrap(sealed) {
      const wrapped = Buffer.from(sealed.wrapped, 'base64');
      if (wrapped.length !== WRAPPED_BYTES) throw new KeyUnwrapError('A wrapped key has the wrong length.');
      const key = wrapKeyOf(sealed.wrap, wrapped.subarray(0, SALT_BYTES));
      wrapped.copy(usedNonce, NONCE_BYTES - COUNTER_BYTES, SALT_BYTES, SALT_BYTES + COUNTER_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', key, usedNonce, { authTagLength: TAG_BYTES });
      decipher.setAuthTag(wrapped.subarray(WRAPPED_BYTES - TAG_BYTES));
      const dataKey = decipher.update(
        wrapped.subarray(SALT_BYTES + COUNTER_BYTES, WRAPPED_BYTES - TAG_BYTES),
      );
      try {
        decipher.final();
      } catch {
        throw new KeyUnwrapError('A wrapped key was altered.');
      }
      return dataKey;
    },
    rewrap: (sealed) => (sealed.wrap === current.wrapId ? sealed : keyring.wrap(keyring.unwrap(sealed))),
    derive: (purpose, wrapId) => deriveKey(masterOf(wrapId), Buffer.alloc(0), `holdfast ${purpose}`),
  };
  return keyring;
}

function requireDataKey(dataKey: Uint8Array): void {
  if (dataKey.length !== DATA_KEY_BYTES) throw new RangeError(`A data key is ${DATA_KEY_BYTES} bytes.`);
}

function deriveKey(master: KeyObject, salt: Uint8Array, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', master, salt, purpose, DATA_KEY_BYTES)));
}
