import { Buffer } from 'node:buffer';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeKey,
  encodeKey,
  encodeOpenKey,
  type KeyElement,
  keyAfter,
  keyAfterPrefix,
  prefixRange,
} from './tuple.ts';

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('\0', '\u0001', 'a', 'b', '\u00ff', '\uffff', '😀') }),
);
const number = fc.oneof(fc.nat(), fc.maxSafeNat(), fc.constantFrom(0, 255, 256, 65_535, 65_536));
const bytes = fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array));

function compareElements(a: KeyElement, b: KeyElement): number {
  if (typeof a === 'number' && typeof b === 'number') return Math.sign(a - b);
  return Buffer.compare(bytesOf(a), bytesOf(b));
}

function bytesOf(element: KeyElement): Buffer {
  return typeof element === 'string' ? Buffer.from(element) : Buffer.from(Object(element));
}

function compareTuples(a: readonly KeyElement[], b: readonly KeyElement[]): number {
  for (const [index, element] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const order = compareElements(element, other);
    if (order !== 0) return order;
  }
  return a.length === b.length ? 0 : -1;
}

describe('the key codec', () => {
  test('gives back what it was given', () => {
    fc.assert(
      fc.property(fc.nat(255), fc.array(fc.oneof(text, number, bytes)), (table, elements) => {
        expect(decodeKey(encodeKey(table, ...elements))).toEqual([table, ...elements]);
      }),
    );
  });

  test('gives back the first of them alone', () => {
    fc.assert(
      fc.property(
        fc.nat(255),
        fc.array(fc.oneof(text, number, bytes)),
        fc.integer({ min: 1, max: 9 }),
        (table, elements, count) => {
          expect(decodeKey(encodeKey(table, ...elements), count)).toEqual(
            [table, ...elements].slice(0, count),
          );
        },
      ),
    );
  });

  test('keeps the order of its elements', () => {
    const tuple = fc.tuple(fc.nat(255), text, number, bytes, text);
    fc.assert(
      fc.property(tuple, tuple, fc.nat(4), (a, b, shared) => {
        const other = [...a.slice(0, shared), ...b.slice(shared)];
        expect(Buffer.compare(encodeKey(...a), encodeKey(...other))).toBe(compareTuples(a, other));
      }),
    );
  });

  test('sorts a shorter string and a shorter tuple first', () => {
    expect(Buffer.compare(encodeKey(1, 'a', '\u{10ffff}'), encodeKey(1, 'a\0'))).toBe(-1);
    expect(Buffer.compare(encodeKey(1, 'a'), encodeKey(1, 'a', 'b'))).toBe(-1);
  });

  test('holds an object key of 1,024 bytes, also one of NULs', () => {
    for (const key of ['é'.repeat(512), '\0'.repeat(1024), 'x'.repeat(1024), '\u{1f600}'.repeat(256)]) {
      expect(decodeKey(encodeKey(0x33, 'bucket', key, 7))).toEqual([0x33, 'bucket', key, 7]);
    }
  });

  test('an open key begins exactly the keys whose string begins so', () => {
    fc.assert(
      fc.property(text, text, (prefix, key) => {
        const range = prefixRange(encodeOpenKey(5, 'bucket', prefix));
        const encoded = encodeKey(5, 'bucket', key);
        const inside = Buffer.compare(encoded, range.start) >= 0 && Buffer.compare(encoded, range.end) < 0;
        expect(inside).toBe(key.startsWith(prefix));
      }),
    );
  });

  test('finds the next key and the next prefix', () => {
    expect(keyAfter(Buffer.from([1]))).toEqual(Buffer.from([1, 0]));
    expect(keyAfterPrefix(Buffer.from([1, 0xff, 0xff]))).toEqual(Buffer.from([2]));
    expect(() => keyAfterPrefix(Buffer.from([0xff]))).toThrow(RangeError);
  });

  test('refuses what no key can hold', () => {
    for (const wrong of [-1, 0.5, Number.NaN, 2 ** 53]) expect(() => encodeKey(1, wrong)).toThrow(RangeError);
    expect(() => encodeKey('no table')).toThrow(RangeError);
    expect(() => decodeKey(Buffer.from([1, 0x02, 0x61]))).toThrow(RangeError);
    expect(() => decodeKey(Buffer.from([1, 0x77]))).toThrow(RangeError);
  });
});
