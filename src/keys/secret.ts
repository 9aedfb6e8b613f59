import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { systemRandom } from '../lib/random.ts';
import { type Keyring, KeyUnwrapError } from './keyring.ts';

/** Secrets that lie in rows (access-key secrets) or travel to their owner (session tokens): text sealed by
 * AES-256-GCM under a key derived for this purpose, with a random nonce. There are far fewer of them than the
 * 2^32 at which random nonces end.
 *
 *   sealed = base64url( wrap id length (1) | wrap id | nonce (12) | sealed text | tag (16) )
 */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

// Deriving costs 20 µs, and every request of a session opens one.
const keys = new WeakMap<Keyring, Map<string, KeyObject>>();

function secretKey(keyring: Keyring, wrapId: string): KeyObject {
  let known = keys.get(keyring);
  if (known === undefined) keys.set(keyring, (known = new Map()));
  let key = known.get(wrapId);
  if (key === undefined) known.set(wrapId, (key = keyring.derive('secrets v1', wrapId)));
  return key;
}

/** @param purpose bound into the seal: a secret sealed as one thing does not open as another. */
export function sealSecret(keyring: Keyring, text: string, purpose = ''): string {
  const wrapId = Buffer.from(keyring.currentWrapId);
  const nonce = systemRandom.bytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', secretKey(keyring, keyring.currentWrapId), nonce, {
    authTagLength: TAG_BYTES,
  });
  cipher.setAAD(Buffer.from(purpose));
  const body = cipher.update(text, 'utf8');
  cipher.final();
  return Buffer.concat([Buffer.of(wrapId.length), wrapId, nonce, body, cipher.getAuthTag()]).toString(
    'base64url',
  );
}

/** @throws KeyUnwrapError, and nothing else, when it is not a secret of this purpose that this site sealed: session
 * tokens come from strangers. */
export function openSecret(keyring: Keyring, sealed: string, purpose = ''): string {
  const bytes = Buffer.from(sealed, 'base64url');
  const idEnd = 1 + (bytes[0] ?? 0);
  const bodyStart = idEnd + NONCE_BYTES;
  const bodyEnd = bytes.length - TAG_BYTES;
  if (bodyEnd < bodyStart || bytes.toString('base64url') !== sealed) {
    throw new KeyUnwrapError('This is not a sealed secret.');
  }
  const wrapId = bytes.toString('latin1', 1, idEnd);
  if (!keyring.has(wrapId)) throw new KeyUnwrapError('A sealed secret is of an unknown master key.');
  const key = secretKey(keyring, wrapId);
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(idEnd, bodyStart), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(purpose));
  decipher.setAuthTag(bytes.subarray(bodyEnd));
  const text = decipher.update(bytes.subarray(bodyStart, bodyEnd));
  try {
    decipher.final();
  } catch {
    throw new KeyUnwrapError('A sealed secret was altered.');
  }
  return text.toString('utf8');
}
