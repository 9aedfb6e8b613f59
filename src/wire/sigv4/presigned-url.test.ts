import { describe, expect, it } from 'vitest';
import { looksPresigned, looksPresignedVersion2, withHoistedHeaders } from './presigned-url.ts';

describe('headers that a presigned URL carries', () => {
  const headers = { host: 'localhost', 'x-amz-acl': 'private' };
  const hoisted = (query: string) => withHoistedHeaders(`/b/k?${query}&X-Amz-Signature=abc`, headers);

  it('count as headers, in any letter case', () => {
    expect(hoisted('x-amz-meta-a=b%20c&X-Amz-Tagging=k%3Dv')).toEqual({
      ...headers,
      'x-amz-meta-a': 'b c',
      'x-amz-tagging': 'k=v',
    });
  });

  it('give way to real ones', () => {
    expect(hoisted('x-amz-acl=public-read')).toEqual(headers);
  });

  it('are bytes, as node delivers them', () => {
    expect(hoisted('x-amz-meta-a=%C3%A9')).toMatchObject({ 'x-amz-meta-a': 'Ã©' });
  });

  it('never belong to the signature', () => {
    expect(
      hoisted(
        'X-Amz-Algorithm=a&X-Amz-Credential=b&X-Amz-Date=c&X-Amz-Expires=d&X-Amz-SignedHeaders=e&X-Amz-Security-Token=f&X-Amz-Content-Sha256=g',
      ),
    ).toEqual(headers);
  });

  it('cannot break a line', () => {
    expect(() => hoisted('x-amz-meta-a=b%0Ac')).toThrow(expect.objectContaining({ code: 'InvalidURI' }));
  });

  it('are none where nothing is presigned', () => {
    expect(withHoistedHeaders('/b/k?x-amz-acl=public-read', headers)).toBe(headers);
  });
});

describe('a query', () => {
  it.each([
    ['X-Amz-Signature=a', true, false],
    ['a=b&X-Amz-Algorithm=AWS4-HMAC-SHA256', true, false],
    ['prefix=X-Amz-Signature', false, false],
    ['X-Amz-Date=1', false, false],
    ['Signature=a', false, true],
    ['AWSAccessKeyId=a&Expires=1&Signature=b', false, true],
    ['prefix=Signature', false, false],
  ])('%s claims version 4: %s, version 2: %s', (query, version4, version2) => {
    expect(looksPresigned(query)).toBe(version4);
    expect(looksPresignedVersion2(query)).toBe(version2);
  });
});
