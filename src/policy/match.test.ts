import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesArn, matchesPattern, matchesResource, matchesText } from './match.ts';

/** The obvious definition; exponential. */
function naive(pattern: string, value: string): boolean {
  if (pattern === '') return value === '';
  const rest = pattern.slice(1);
  if (pattern[0] === '*') return naive(rest, value) || (value !== '' && naive(pattern, value.slice(1)));
  return value !== '' && (pattern[0] === '?' || pattern[0] === value[0]) && naive(rest, value.slice(1));
}

const text = (letters: string, maxLength: number) =>
  fc.array(fc.constantFrom(...letters.split('')), { maxLength }).map((characters) => characters.join(''));

describe('wildcards', () => {
  it('agree with the naive definition', () => {
    fc.assert(
      fc.property(text('ab/*?', 8), text('ab/*', 10), (pattern, value) => {
        expect(matchesText(pattern, value)).toBe(naive(pattern, value));
      }),
      { numRuns: 3_000 },
    );
  });

  it('agree with the naive definition for resources without colons before the last segment', () => {
    fc.assert(
      fc.property(text('ab:*?', 8), text('ab:', 10), (pattern, value) => {
        const head = 'arn:aws:s3:::';
        expect(matchesResource({ text: head + pattern }, head + value)).toBe(naive(pattern, value));
      }),
      { numRuns: 3_000 },
    );
  });

  it('take literal positions literally', () => {
    fc.assert(
      fc.property(text('ab*?', 8), (value) => {
        const literal = new Set(Array.from({ length: value.length }, (_, index) => index));
        expect(matchesPattern({ text: value, literal }, value)).toBe(true);
        expect(matchesPattern({ text: value, literal }, `${value}a`)).toBe(false);
      }),
    );
  });

  it('stay within bounds where backtracking would explode', () => {
    expect(matchesText(`${'a*'.repeat(500)}b`, 'a'.repeat(20_000))).toBe(false);
  });
});

describe('ArnLike', () => {
  it.each([
    ['arn:aws:s3:::bucket', 'arn:aws:s3:::bucket', true],
    ['arn:aws:iam::*:role/*', 'arn:aws:iam::111111111111:role/a/b', true],
    ['arn:aws:iam::*', 'arn:aws:iam::111111111111:role/a', false],
    ['arn:aws:*:::bucket', 'arn:aws:s3:::bucket', true],
    ['arn:aws:s3*bucket', 'arn:aws:s3:::bucket', false],
    ['*', 'arn:aws:s3:::bucket', true],
    ['arn:aws:s3:::b', 'not-an-arn', false],
    ['arn:aws:s3:::a*', 'arn:aws:s3:::a:b', true],
  ])('%s %s', (pattern, value, expected) => {
    expect(matchesArn({ text: pattern }, value)).toBe(expected);
  });
});
