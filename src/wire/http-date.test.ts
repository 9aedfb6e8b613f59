import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatHttpDate } from './http-date.ts';

test('as toUTCString', () => {
  const dates = fc.date({
    min: new Date('1601-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(dates, (date) => {
      expect(formatHttpDate(date)).toBe(date.toUTCString());
    }),
  );
});
