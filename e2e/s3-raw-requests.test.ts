import * as s3 from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { rawlyRefusedWith, rawRequest } from './raw-request.ts';
import { s3Fixture, statusOf } from './s3-answers.ts';

/** What no SDK sends, yet clients of their own making and mistyped URLs do. */

const fixture = s3Fixture();

const send = (method: string, url: string, options?: Parameters<typeof rawRequest>[3]) =>
  rawRequest(fixture.server, method, url, options);
const refusedWith = (method: string, url: string, options?: Parameters<typeof rawRequest>[3]) =>
  rawlyRefusedWith(fixture.server, method, url, options);

async function bucketWith(Key: string, Body = 'body') {
  const Bucket = await fixture.bucket();
  await fixture.client.send(new s3.PutObjectCommand({ Bucket, Key, Body }));
  return Bucket;
}

describe('subresources', () => {
  it('asked about with the wrong method, neither the bucket nor the object is touched', async () => {
    const Bucket = await bucketWith('key');
    const empty = await fixture.bucket();
    expect(await send('DELETE', `/${empty}?acl=`)).toMatchObject({ status: 405, code: 'MethodNotAllowed' });
    expect(await send('DELETE', `/${Bucket}/key?acl=`)).toMatchObject({ status: 405 });
    expect(await send('PUT', `/${Bucket}/key?uploads=`, { body: 'other' })).toMatchObject({ status: 405 });
    expect(await statusOf(fixture.client.send(new s3.HeadBucketCommand({ Bucket: empty })))).toBe(200);
    expect(await send('GET', `/${Bucket}/key`)).toMatchObject({ status: 200, body: 'body' });
    const created = await send('PUT', '/made-by-mistake?versions=');
    expect(created).toMatchObject({ status: 405, code: 'MethodNotAllowed' });
    expect(created.headers.get('allow')).toBe('GET');
    expect(created.body).toContain('<ResourceType>BUCKETVERSIONS</ResourceType>');
  });
});

it('a plus in the source of a copy is a space', async () => {
  const Bucket = await bucketWith('with space');
  const copy = { headers: { 'x-amz-copy-source': `${Bucket}/with+space` } };
  expect(await send('PUT', `/${Bucket}/copy`, copy)).toMatchObject({ status: 200 });
  const owned = { 'x-amz-source-expected-bucket-owner': '999999999999' };
  const refused = await send('PUT', `/${Bucket}/copy`, { headers: { ...copy.headers, ...owned } });
  expect(refused).toMatchObject({ status: 403, code: 'AccessDenied' });
});

it('metadata may have any name', async () => {
  const Bucket = await bucketWith('key');
  const put = { headers: { 'x-amz-meta-__proto__': 'v', 'x-amz-meta-constructor': 'w' }, body: 'body' };
  expect(await send('PUT', `/${Bucket}/key`, put)).toMatchObject({ status: 200 });
  const copy = { headers: { 'x-amz-copy-source': `${Bucket}/key` } };
  expect(await send('PUT', `/${Bucket}/copy`, copy)).toMatchObject({ status: 200 });
  for (const key of ['key', 'copy']) {
    const { headers } = await send('HEAD', `/${Bucket}/${key}`);
    expect(headers.get('x-amz-meta-__proto__')).toBe('v');
    expect(headers.get('x-amz-meta-constructor')).toBe('w');
  }
});

describe('an empty object', () => {
  it('has no last byte to be in want of, but no first one either', async () => {
    const Bucket = await bucketWith('key', '');
    const last = await send('GET', `/${Bucket}/key`, { headers: { range: 'bytes=-1' } });
    expect(last).toMatchObject({ status: 200, body: '' });
    expect(last.headers.get('content-range')).toBeNull();
    const first = await send('GET', `/${Bucket}/key`, { headers: { range: 'bytes=0-' } });
    expect(first).toMatchObject({ status: 416, code: 'InvalidRange' });
  });

  it('is its first part, without a range', async () => {
    const Bucket = await bucketWith('key', '');
    for (const method of ['GET', 'HEAD']) {
      const part = await send(method, `/${Bucket}/key?partNumber=1`);
      expect(part).toMatchObject({ status: 200, body: '' });
      expect(part.headers.get('content-range')).toBeNull();
    }
    expect(await send('GET', `/${Bucket}/key?partNumber=2`)).toMatchObject({ code: 'InvalidPartNumber' });
  });
});

it.each(['abc', '-1', '1.5', '99999999999'])('part number marker %s', async (marker) => {
  const Bucket = await bucketWith('key');
  const attributes = { 'x-amz-object-attributes': 'ObjectParts', 'x-amz-part-number-marker': marker };
  expect(await refusedWith('GET', `/${Bucket}/key?attributes=`, { headers: attributes })).toBe(
    '400 InvalidArgument Provided x-amz-part-number-marker not an integer or within integer range',
  );
});
