import { describe, expect, it } from 'vitest';
import { splitHost } from './host-style.ts';

const cases: [host: string, bucket: string | undefined, account: string | undefined][] = [
  ['localhost', undefined, undefined],
  ['localhost:9000', undefined, undefined],
  ['127.0.0.1:9000', undefined, undefined],
  ['[::1]:9000', undefined, undefined],
  ['[::1]', undefined, undefined],
  ['bucket.localhost:9000', 'bucket', undefined],
  ['My.Bucket.LOCALHOST', 'my.bucket', undefined],
  ['bucket.s3.localhost', 'bucket', undefined],
  ['my.s3.files.localhost', 'my.s3.files', undefined],
  ['s3.localhost:9000', undefined, undefined],
  ['s3.ap-south-1.localhost:9000', undefined, undefined],
  ['bucket.s3.ap-south-1.localhost:9000', 'bucket', undefined],
  ['bucket.s3.amazonaws.com', 'bucket', undefined],
  ['bucket.s3-us-west-2.amazonaws.com', 'bucket', undefined],
  ['a.b.s3.dualstack.us-east-1.amazonaws.com', 'a.b', undefined],
  ['s3.amazonaws.com', undefined, undefined],
  ['bucket.s3.example.org', 'bucket', undefined],
  ['bucket.example.org', 'bucket', undefined],
  ['example.org', undefined, undefined],
  ['files.example.org', undefined, undefined],
  ['bucket.files.example.org', 'bucket', undefined],
  ['somewhere.else.net', undefined, undefined],
  ['notlocalhost', undefined, undefined],
  ['123456789012.localhost:9000', undefined, '123456789012'],
  ['123456789012.s3-control.us-east-1.amazonaws.com', undefined, '123456789012'],
  ['123456789012.127.0.0.1', undefined, undefined],
  ['', undefined, undefined],
];

describe('splitHost', () => {
  it.each(cases)('%s', (host, bucket, account) => {
    expect(splitHost(host, ['example.org', 'files.example.org'])).toMatchObject({ bucket, account });
  });

  it('takes a missing host for path style', () => {
    expect(splitHost(undefined)).toEqual({ bucket: undefined, account: undefined, hostname: '' });
  });
});
