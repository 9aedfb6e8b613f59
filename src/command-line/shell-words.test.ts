import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellWords } from './shell-words.ts';

describe('shellWords', () => {
  it('leaves plain words as they are', () => {
    expect(shellWords(['aws', '--role-arn', 'arn:aws:iam::111122223333:role/a'])).toBe(
      'aws --role-arn arn:aws:iam::111122223333:role/a',
    );
  });

  it('a shell reads the same words', () => {
    const word = fc.string({ unit: 'binary' }).filter((text) => !/[\0\n]/.test(text) && text.isWellFormed());
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
        const script = `printf '%s\\n' ${shellWords(words)}`;
        expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\n')).toEqual([...words, '']);
      }),
      { numRuns: 40 },
    );
  });
});
