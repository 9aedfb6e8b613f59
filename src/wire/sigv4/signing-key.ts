import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { HmacKey } from '../../lib/hmac-key.ts';
import type { CredentialScope } from './authenticated.ts';
import { TERMINATOR } from './scope.ts';

/** One per access key, day, region and service; less than a kilobyte each. */
export const SIGNING_KEYS_MAX = 10_000;

export const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

export function sha256Hex(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}

/** Hash of a string that holds one byte per character. */
export function sha256HexOfLatin1(text: string): string {
  return hash('sha256', Buffer.from(text, 'latin1'), 'hex');
}

/** The key that signs all requests of one scope. */
export function deriveSigningKey(secretAccessKey: string, scope: CredentialScope): HmacKey {
  const date = hmac(`AWS4${secretAccessKey}`, scope.date);
  return new HmacKey(hmac(hmac(hmac(date, scope.region), scope.service), TERMINATOR));
}

function hmac(key: Buffer | string, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

/** Compares in a time that does not tell where the two differ. */
export function equalInConstantTime(computed: string, provided: string): boolean {
  if (computed.length !== provided.length) return false;
  const left = Buffer.from(computed, 'latin1');
  const right = Buffer.from(provided, 'latin1');
  return left.length === right.length && timingSafeEqual(left, right);
}

interface CachedKey {
  readonly secretAccessKey: string;
  readonly key: HmacKey;
}

/** Derived keys, the least recently kept dropped first. Only a signature that proved good is kept, so nobody without
 * a key can push others out. */
export class SigningKeyCache {
  readonly #keys = new Map<string, CachedKey>();
  readonly #keysMax: number;

  constructor(keysMax: number = SIGNING_KEYS_MAX) {
    this.#keysMax = keysMax;
  }

  /** `credential`: the whole credential text. A key made again with another secret is not found. */
  find(credential: string, secretAccessKey: string): HmacKey | undefined {
    const cached = this.#keys.get(credential);
    // Both secrets are ours: nothing that a client sends is compared here.
    return cached !== undefined && cached.secretAccessKey === secretAccessKey ? cached.key : undefined;
  }

  keep(credential: string, secretAccessKey: string, key: HmacKey): void {
    this.#keys.delete(credential);
    this.#keys.set(credential, { secretAccessKey, key });
    if (this.#keys.size <= this.#keysMax) return;
    const [oldest] = this.#keys.keys();
    if (oldest !== undefined) this.#keys.delete(oldest);
  }
}
