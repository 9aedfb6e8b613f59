import { expect, it } from 'vitest';
import { storedMetadata, USER_METADATA_BYTES_MAX } from './user-metadata.ts';

it('names become lower case, encoded words become text', () => {
  expect(
    storedMetadata({
      Plain: 'AMAZONS3',
      Base64: '=?UTF-8?B?w4RNw4RaIFMz?=',
      Quoted: '=?utf-8?q?=C3=84M=C3=84Z_S3?=',
      Other: '=?ISO-8859-1?Q?=C4?=',
    }),
  ).toEqual({ plain: 'AMAZONS3', base64: 'ÄMÄZ S3', quoted: 'ÄMÄZ S3', other: '=?ISO-8859-1?Q?=C4?=' });
});

it('2 KB of names and values in UTF-8 is the most', () => {
  const fits = { a: 'ü'.repeat(1023), b: '' };
  expect(Object.keys(storedMetadata(fits))).toEqual(['a', 'b']);
  expect(() => storedMetadata({ ...fits, c: '' })).toThrow('exceed the maximum allowed metadata size');
  expect(USER_METADATA_BYTES_MAX).toBe(2048);
});

it('any name is kept', () => {
  const headers = JSON.parse('{"__proto__":"a","constructor":"b"}') as Record<string, string>;
  expect(Object.entries(storedMetadata(headers))).toEqual([
    ['__proto__', 'a'],
    ['constructor', 'b'],
  ]);
});
