import { describe, expect, it } from 'vitest';
import { bytes, counted, duration, number } from './quantities.ts';

describe('quantities', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [150 * 1024, '150 KiB'],
    [5 * 1024 ** 3, '5.0 GiB'],
  ])('%i bytes are %s', (count, text) => {
    expect(bytes(count)).toBe(text);
  });

  it.each([
    [5, '5 ms'],
    [59_999, '59 s'],
    [61_000, '1 min 1 s'],
    [7_260_000, '2 h 1 min'],
    [90_000_000, '1 d 1 h'],
  ])('%i milliseconds are %s', (milliseconds, text) => {
    expect(duration(milliseconds)).toBe(text);
  });

  it('counts things', () => {
    expect(number(1_234_567)).toBe('1,234,567');
    expect([0, 1, 1204].map((count) => counted(count, 'object'))).toEqual([
      '0 objects',
      '1 object',
      '1,204 objects',
    ]);
  });
});
