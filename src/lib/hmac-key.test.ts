import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HmacKey } from './hmac-key.ts';

const keys = fc.uint8Array({ maxLength: 64 });
// Characters beyond Latin-1 too: both take their low byte.
const texts = fc.oneof(fc.string({ maxLength: 600 }), fc.string({ unit: 'binary', maxLength: 600 }));

describe('an HMAC key', () => {
  it('signs as createHmac does, text after text', () => {
    fc.assert(
      fc.property(keys, fc.array(texts, { minLength: 1, maxLength: 5 }), (bytes, signed) => {
        const key = new HmacKey(bytes);
        for (const text of signed) {
          const expected = createHmac('sha256', bytes).update(text, 'latin1').digest();
          expect(key.hexOf(text)).toBe(expected.toString('hex'));
          expect(key.bytesOf(text)).toEqual(expected);
        }
      }),
    );
  });

  it('signs texts of every length around that of its own memory', () => {
    const bytes = Buffer.alloc(32, 7);
    const key = new HmacKey(bytes);
    for (let length = 300; length < 500; length += 1) {
      const text = 'é'.repeat(length);
      expect(key.hexOf(text)).toBe(createHmac('sha256', bytes).update(text, 'latin1').digest('hex'));
    }
  });

  it('is printed by nothing', () => {
    const key = new HmacKey(Buffer.from('seldom seen secret of 32 bytes..'));
    key.hexOf('text');
    expect(inspect(key, { showHidden: true, depth: null })).toBe('HmacKey {}');
    expect(JSON.stringify(key)).toBe('{}');
    expect(Reflect.ownKeys(structuredClone(key))).toEqual([]);
  });

  it('is not longer than a block', () => {
    expect(() => new HmacKey(Buffer.alloc(65))).toThrow(RangeError);
  });
});
