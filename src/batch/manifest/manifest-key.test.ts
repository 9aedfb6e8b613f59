import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeManifestKey, encodeManifestKey } from './manifest-key.ts';

describe('keys in manifests', () => {
  it('come back as they were, under either reading of a plus', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (key) => {
        const encoded = encodeManifestKey(key);
        expect(decodeManifestKey(encoded)).toBe(key);
        expect(decodeURIComponent(encoded)).toBe(key);
        expect(encoded).toMatch(/^[!-~]*$/);
        expect(encoded).not.toMatch(/[,"+]/);
      }),
    );
  });

  it.each([
    ['photos/2024/b c.jpg', 'photos/2024/b%20c.jpg'],
    ['1+1=2', '1%2B1%3D2'],
    ['grün', 'gr%C3%BCn'],
    ["it's (fine)*!", "it's%20(fine)*!"],
    ['a,b\n"c"', 'a%2Cb%0A%22c%22'],
  ])('%j is written %s', (key, encoded) => {
    expect(encodeManifestKey(key)).toBe(encoded);
  });

  it.each([
    ['a+b', 'a b'],
    ['a%2Bb', 'a+b'],
    ['a%2fb', 'a/b'],
    ['ü', 'ü'],
  ])('%s is read %j', (text, key) => {
    expect(decodeManifestKey(text)).toBe(key);
  });

  it.each(['100%', '%zz', '%ff', '%C3'])('%s is no key', (text) => {
    expect(() => decodeManifestKey(text)).toThrow(
      expect.objectContaining({ name: 'JobFailure', code: 'InvalidManifestContent' }),
    );
  });
});
