import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemRandom } from '../lib/random.ts';
import { DATA_KEY_BYTES, KeyUnwrapError, makeKeyring } from './keyring.ts';
import { MasterKeyError, makeMasterKey, masterKeyFingerprint, requireMasterKey } from './master-key.ts';
import { openSecret, sealSecret } from './secret.ts';

const older = makeMasterKey(Buffer.alloc(32, 1));
const newer = makeMasterKey(Buffer.alloc(32, 2));
const dataKeys = fc.uint8Array({ minLength: DATA_KEY_BYTES, maxLength: DATA_KEY_BYTES });

describe('a keyring', () => {
  it('unwraps what it and any other keyring of the same key wrapped', () => {
    fc.assert(
      fc.property(dataKeys, (dataKey) => {
        const keyring = makeKeyring([older]);
        const sealed = keyring.wrap(dataKey);
        expect(keyring.unwrap(sealed)).toEqual(Buffer.from(dataKey));
        expect(makeKeyring([older]).unwrap(sealed)).toEqual(Buffer.from(dataKey));
      }),
    );
  });

  it('derives again what it and any other keyring of the same key derived', () => {
    const keyring = makeKeyring([older]);
    const made = [keyring, keyring, makeKeyring([older])].map((ring) => ring.newDataKey());
    for (const { dataKey, sealed } of made) {
      expect(dataKey.length).toBe(DATA_KEY_BYTES);
      expect(keyring.unwrap(sealed)).toEqual(dataKey);
      expect(makeKeyring([newer, older]).unwrap(sealed)).toEqual(dataKey);
      expect(() => makeKeyring([newer]).unwrap(sealed)).toThrow(MasterKeyError);
    }
    expect(new Set(made.map(({ dataKey }) => dataKey.toString('hex'))).size).toBe(3);
  });

  it('gives another key for a derived one of which any bit was changed, and none for one that was cut', () => {
    const keyring = makeKeyring([older]);
    const { dataKey, sealed } = keyring.newDataKey();
    const kept = Buffer.from(sealed.wrapped, 'base64');
    for (let bit = 0; bit < kept.length * 8; bit += 1) {
      const bytes = Buffer.from(kept);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(keyring.unwrap({ ...sealed, wrapped: bytes.toString('base64') })).not.toEqual(dataKey);
    }
    expect(() => keyring.unwrap({ ...sealed, wrapped: sealed.wrapped.slice(4) })).toThrow(KeyUnwrapError);
  });

  it('wraps a derived key for another master key', () => {
    const { dataKey, sealed } = makeKeyring([older]).newDataKey();
    const after = makeKeyring([newer, older]).rewrap(sealed);
    expect(makeKeyring([newer]).unwrap(after)).toEqual(dataKey);
  });

  it('never wraps twice to the same', () => {
    const keyring = makeKeyring([older]);
    const dataKey = systemRandom.bytes(DATA_KEY_BYTES);
    const wrapped = [keyring, keyring, makeKeyring([older])].map((ring) => ring.wrap(dataKey).wrapped);
    expect(new Set(wrapped).size).toBe(3);
  });

  it('rotates: the older generation still unwraps, the newer wraps, rewrapping needs the older no more', () => {
    const dataKey = systemRandom.bytes(DATA_KEY_BYTES);
    const before = makeKeyring([older]).wrap(dataKey);
    const rotated = makeKeyring([newer, older]);
    expect(rotated.unwrap(before)).toEqual(dataKey);
    const after = rotated.rewrap(before);
    expect(after.wrap).toBe(newer.wrapId);
    expect(rotated.rewrap(after)).toBe(after);
    expect(makeKeyring([newer]).unwrap(after)).toEqual(dataKey);
    expect(() => makeKeyring([newer]).unwrap(before)).toThrow(MasterKeyError);
  });

  it('refuses a wrapped key of which any bit was changed', () => {
    const keyring = makeKeyring([older]);
    const { wrap, wrapped } = keyring.wrap(systemRandom.bytes(DATA_KEY_BYTES));
    fc.assert(
      fc.property(fc.nat(Buffer.from(wrapped, 'base64').length * 8 - 1), (bit) => {
        const bytes = Buffer.from(wrapped, 'base64');
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(() => keyring.unwrap({ wrap, wrapped: bytes.toString('base64') })).toThrow(KeyUnwrapError);
      }),
    );
    expect(() => keyring.unwrap({ wrap, wrapped: wrapped.slice(4) })).toThrow(KeyUnwrapError);
  });

  it('needs a master key, and only wraps data keys', () => {
    expect(() => makeKeyring([])).toThrow(MasterKeyError);
    expect(() => makeKeyring([older]).wrap(Buffer.alloc(16))).toThrow(RangeError);
  });
});

describe('a master key', () => {
  it('has 32 bytes', () => {
    expect(() => makeMasterKey(Buffer.alloc(31))).toThrow(MasterKeyError);
  });

  it('is told from another by its fingerprint', () => {
    const fingerprint = masterKeyFingerprint(Buffer.alloc(32, 1));
    expect(fingerprint).toMatch(/^[0-9a-f]{20}$/);
    expect(() => requireMasterKey([newer, older], fingerprint)).not.toThrow();
    expect(() => requireMasterKey([newer], fingerprint)).toThrow(/was written under the master key/);
  });
});

describe('a secret', () => {
  it('opens under its keyring, for its purpose', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const sealed = sealSecret(makeKeyring([older]), text, 'session');
        expect(sealed).toMatch(/^[\w-]+$/);
        expect(openSecret(makeKeyring([newer, older]), sealed, 'session')).toBe(text);
        expect(() => openSecret(makeKeyring([older]), sealed, 'access key')).toThrow(KeyUnwrapError);
        expect(() => openSecret(makeKeyring([newer]), sealed, 'session')).toThrow(KeyUnwrapError);
      }),
    );
  });

  it('does not open from anything that a stranger can make', () => {
    const keyring = makeKeyring([older]);
    const sealed = sealSecret(keyring, 'text');
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.constantFrom('A', 'B', '', '='), (at, letter) => {
        const changed = sealed.slice(0, at) + letter + sealed.slice(at + 1);
        fc.pre(changed !== sealed);
        expect(() => openSecret(keyring, changed)).toThrow(KeyUnwrapError);
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => openSecret(keyring, text)).toThrow(KeyUnwrapError);
      }),
    );
  });
});
