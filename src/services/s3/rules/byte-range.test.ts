import fc from 'fast-check';
import { expect, it } from 'vitest';
import { byteRange, rangeStillApplies } from './byte-range.ts';

const SIZE = fc.integer({ min: 1, max: 50 });
const OFFSET = fc.integer({ min: 0, max: 60 });

it('every satisfiable range is what Buffer.subarray would give', () => {
  fc.assert(
    fc.property(SIZE, OFFSET, OFFSET, (size, first, last) => {
      fc.pre(first < size && first <= last);
      expect(byteRange(`bytes=${first}-${last}`, size)).toEqual({
        start: first,
        end: Math.min(last + 1, size),
      });
      expect(byteRange(`bytes=${first}-`, size)).toEqual({ start: first, end: size });
    }),
  );
});

it('a suffix counts from the end', () => {
  fc.assert(
    fc.property(SIZE, fc.integer({ min: 1, max: 60 }), (size, length) => {
      expect(byteRange(`bytes=-${length}`, size)).toEqual({ start: Math.max(0, size - length), end: size });
    }),
  );
});

it('what starts past the end is refused, also of an empty object', () => {
  for (const [header, size] of [
    ['bytes=5-', 5],
    ['bytes=9-10', 5],
    ['bytes=-0', 5],
    ['bytes=0-', 0],
    ['bytes=-0', 0],
  ] as const) {
    expect(() => byteRange(header, size)).toThrow('The requested range is not satisfiable');
  }
  expect(byteRange('bytes=-1', 0)).toBeUndefined();
});

it('anything else is the whole object', () => {
  fc.assert(
    fc.property(fc.string(), (header) => {
      fc.pre(!/^\s*bytes=\d*-\d*\s*$/.test(header));
      expect(byteRange(header, 10)).toBeUndefined();
    }),
  );
});

it('If-Range: a strong tag or the exact date', () => {
  const subject = { etag: 'abc', lastModifiedMs: Date.UTC(2026, 0, 1, 0, 0, 0, 250) };
  expect(rangeStillApplies('"abc"', subject)).toBe(true);
  expect(rangeStillApplies('W/"abc"', subject)).toBe(false);
  expect(rangeStillApplies('"other"', subject)).toBe(false);
  expect(rangeStillApplies('Thu, 01 Jan 2026 00:00:00 GMT', subject)).toBe(true);
  expect(rangeStillApplies('Thu, 01 Jan 2026 00:00:01 GMT', subject)).toBe(false);
});
