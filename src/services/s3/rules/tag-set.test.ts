import fc from 'fast-check';
import { expect, it } from 'vitest';
import { taggingHeader, tagSet } from './tag-set.ts';

const TEXT = fc.stringMatching(/^[A-Za-z0-9äλ名 _.:/=+\-@]{1,20}$/);

it('a header gives back what form encoding made of the tags', () => {
  const tags = fc.uniqueArray(fc.tuple(TEXT, TEXT), { selector: ([key]) => key, maxLength: 10 });
  fc.assert(
    fc.property(tags, (pairs) => {
      fc.pre(pairs.every(([key]) => !key.toLowerCase().startsWith('aws:')));
      expect(taggingHeader(new URLSearchParams(pairs).toString())).toEqual(pairs);
      expect(taggingHeader(pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&'))).toEqual(
        pairs,
      );
    }),
  );
});

it('limits', () => {
  const tags = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ Key: `k${index}`, Value: '' }));
  expect(tagSet(tags(10), 'object').length).toBe(10);
  expect(() => tagSet(tags(11), 'object')).toThrow('Object tags cannot be greater than 10');
  expect(tagSet(tags(50), 'bucket').length).toBe(50);
  expect(() => tagSet(tags(51), 'bucket')).toThrow('Bucket tag count cannot be greater than 50');
  expect(() => tagSet([{ Key: 'k'.repeat(129), Value: '' }], 'object')).toThrow('TagKey');
  expect(() => tagSet([{ Key: 'k', Value: 'v'.repeat(257) }], 'object')).toThrow('TagValue');
  expect(() => taggingHeader('%zz=1')).toThrow('shall be encoded as UTF-8');
});
