import fc from 'fast-check';
import { expect, it } from 'vitest';
import { continuationToken, encodeListed, fromContinuationToken } from './list-parameters.ts';

const KEY = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 });

it('a token comes back as the place it stands for', () => {
  fc.assert(
    fc.property(KEY, (after) => {
      expect(fromContinuationToken(continuationToken(after))).toBe(after);
    }),
  );
});

it('no other text is a token', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const isToken =
        text !== '' && text === continuationToken(Buffer.from(text, 'base64').toString().slice(1));
      fc.pre(!isToken);
      expect(() => fromContinuationToken(text)).toThrow('The continuation token provided is incorrect');
    }),
  );
});

it('url encoding is what form decoding undoes, and leaves slashes alone', () => {
  fc.assert(
    fc.property(KEY, (key) => {
      const encoded = encodeListed(key);
      expect(decodeURIComponent(encoded.replaceAll('+', ' '))).toBe(key);
      expect(encoded).toMatch(/^[A-Za-z0-9.\-*_/+%]*$/);
      expect(encoded.split('/').length).toBe(key.split('/').length);
    }),
  );
  // AWS's documentation has this very example.
  expect(encodeListed('test_file(3).png')).toBe('test_file%283%29.png');
});
