import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { BoundedMap } from '../lib/bounded-map.ts';
import { HmacKey } from '../lib/hmac-key.ts';
import { systemRandom } from '../lib/random.ts';
import type { SealedKey } from '../store/tables/rows.ts';
import { type MasterKey, MasterKeyError } from './master-key.ts';

/** Makes the data keys of blobs, and finds them again with the site's master key.
 *
 * What is kept of a data key is one of two, in base64, told apart by their lengths:
 *
 *   derived = salt (16) | seed (16)                                   of every new key
 *   wrapped = salt (16) | counter (6) | sealed key (32) | tag (16)    of a key that came under another master key
 *
 * A new data key is HMAC-SHA256 of a random seed (a pseudorandom function, as in NIST SP 800-108), which takes a quarter of
 * the time of drawing one and wrapping it. A key that is there already is wrapped by AES-256-GCM, with a counter as nonce.
 * Neither is done under the master key itself, but under keys derived from it for this one keyring (HKDF over a random
 * salt).
 *
 * Invariants
 * - No nonce is used twice under one derived key: the salt is new for each keyring, the counter only grows.
 * - Every generation that was ever given unwraps; only the first derives and wraps.
 * - A derived form that was altered gives another key, which fits no frame's tag.
 */
export interface Keyring {
  /** The generation that wraps now. */
  readonly currentWrapId: string;
  /** Whether this generation was given. */
  has(wrapId: string): boolean;
  newDataKey(): DataKey;
  wrap(dataKey: Uint8Array): SealedKey;
  /** @throws MasterKeyError when its generation is not here, KeyUnwrapError when it was cut or, wrapped, altered. */
  unwrap(sealed: SealedKey): Buffer;
  /** The same data key under the current generation; the same object when it already is. */
  rewrap(sealed: SealedKey): SealedKey;
  /** A key for one other purpose, the same for ever: `wrapId` says under which generation. */
  derive(purpose: string, wrapId: string): KeyObject;
}

export interface DataKey {
  readonly dataKey: Buffer;
  /** What is kept of it. */
  readonly sealed: SealedKey;
}

/** Of one salt. */
interface DerivedKeys {
  readonly wrap: KeyObject;
  readonly seed: HmacKey;
}

export class KeyUnwrapError extends Error {
  override readonly name = 'KeyUnwrapError';
}

export const DATA_KEY_BYTES = 32;

const SALT_BYTES = 16;
const SEED_BYTES = 16;
const DERIVED_BYTES = SALT_BYTES + SEED_BYTES;
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
  const derived = new BoundedMap<DerivedKeys>(DERIVED_KEYS_MAX);

  function masterOf(wrapId: string): KeyObject {
    const master = generations.get(wrapId);
    if (master !== undefined) return master;
    throw new MasterKeyError(`The master key with fingerprint ${wrapId} is needed, but was not given.`);
  }

  function derivedKeys(wrapId: string, salt: Buffer): DerivedKeys {
    const name = `${wrapId}/${salt.toString('latin1')}`;
    let keys = derived.get(name);
    if (keys === undefined) {
      const master = masterOf(wrapId);
      keys = {
        wrap: deriveKey(master, salt, 'holdfast data key wrap v1'),
        seed: new HmacKey(deriveKey(master, salt, 'holdfast data key seed v1').export()),
      };
      derived.set(name, keys);
    }
    return keys;
  }

  const salt = systemRandom.bytes(SALT_BYTES);
  const ours = derivedKeys(current.wrapId, salt);
  // Filled anew each time; OpenSSL copies them before it returns.
  const nonce = Buffer.alloc(NONCE_BYTES);
  const usedNonce = Buffer.alloc(NONCE_BYTES);
  let wraps = 0;

  const keyring: Keyring = {
    currentWrapId: current.wrapId,
    has: (wrapId) => generations.has(wrapId),
    newDataKey() {
      const seed = systemRandom.bytes(SEED_BYTES);
      const kept = Buffer.allocUnsafe(DERIVED_BYTES);
      kept.set(salt);
      kept.set(seed, SALT_BYTES);
      return {
        dataKey: ours.seed.bytesOf(seed.toString('latin1')),
        sealed: { wrap: current.wrapId, wrapped: kept.toString('base64') },
      };
    },
    wrap(dataKey) {
      requireDataKey(dataKey);
      nonce.writeUIntBE(++wraps, NONCE_BYTES - COUNTER_BYTES, COUNTER_BYTES);
      const cipher = createCipheriv('aes-256-gcm', ours.wrap, nonce, { authTagLength: TAG_BYTES });
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
      if (wrapped.length !== DERIVED_BYTES && wrapped.length !== WRAPPED_BYTES)
        throw new KeyUnwrapError('A wrapped key has the wrong length.');
      const keys = derivedKeys(sealed.wrap, wrapped.subarray(0, SALT_BYTES));
      if (wrapped.length === DERIVED_BYTES) return keys.seed.bytesOf(wrapped.toString('latin1', SALT_BYTES));
      wrapped.copy(usedNonce, NONCE_BYTES - COUNTER_BYTES, SALT_BYTES, SALT_BYTES + COUNTER_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', keys.wrap, usedNonce, { authTagLength: TAG_BYTES });
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
