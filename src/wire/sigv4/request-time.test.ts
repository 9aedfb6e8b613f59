import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amzDate, parseAmzDate, parseDateHeader } from './request-time.ts';

describe('request times', () => {
  it('are read as they are written, to the second', () =>
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('2999-12-31'), noInvalidDate: true }), (date) => {
        const milliseconds = Math.floor(date.getTime() / 1000) * 1000;
        expect(parseAmzDate(amzDate(milliseconds))).toBe(milliseconds);
        for (const zone of ['GMT', '-0000', '+0000']) {
          expect(parseDateHeader(date.toUTCString().replace('GMT', zone))).toBe(milliseconds);
        }
      }),
    ));

  it.each([
    '',
    '20260231T000000Z',
    '20261301T000000Z',
    '20260001T000000Z',
    '20260100T000000Z',
    '20260101T240000Z',
    '20260101T006000Z',
    '20260101T000060Z',
    '20260101T000000z',
    '20260101T000000+',
    '2026-01-01T00:00:00Z',
    ' 20260101T000000Z',
  ])('%j is none', (text) => {
    expect(parseAmzDate(text)).toBeUndefined();
  });

  it.each([
    '',
    'yesterday',
    '2026-01-01',
    'GMT',
    'Sat, 21 Nov 2026 12:00:00 +0100',
    'Sat, 21 Nov 2026 12:00:00',
  ])('%j is no Date header', (text) => {
    expect(parseDateHeader(text)).toBeUndefined();
  });
});
