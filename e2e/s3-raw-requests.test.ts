import { createHash } from 'node:crypto';
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

const VERSION_ID = '400 InvalidArgument This operation does not accept a version-id.';
const OVERRIDABLE =
  'is not in the set of overridable response headers. Please refer to the S3 API documentation for a complete list of overridable response headers.';
const ALGORITHM = '400 InvalidRequest The algorithm type you specified in x-amz-checksum- header is invalid.';

it.each<[string, string, string, Record<string, string>, string]>([
  ['GET', '/key', 'response-foo=bar', {}, `400 InvalidArgument response-foo ${OVERRIDABLE}`],
  ['HEAD', '/key', 'response-foo=bar', {}, '400  '],
  [
    'GET',
    '/key',
    `response-content-disposition=${encodeURIComponent('a; filename="名"')}`,
    {},
    '400 InvalidArgument Header value cannot be represented using ISO-8859-1.',
  ],
  [
    'GET',
    '/key',
    'response-content-type=a%0D%0Ab',
    {},
    '400 InvalidArgument Header value cannot be represented using ISO-8859-1.',
  ],
  ['PUT', '/key', 'versionId=null', {}, VERSION_ID],
  ['PUT', '/copy', 'versionId=null', { 'x-amz-copy-source': 'b/key' }, VERSION_ID],
  ['POST', '/key', 'uploads=&versionId=null', {}, VERSION_ID],
  ['PUT', '/key', 'partNumber=1&uploadId=u&versionId=null', {}, VERSION_ID],
  ['POST', '/key', 'uploadId=u&versionId=null', {}, VERSION_ID],
  ['DELETE', '', 'versionId=null', {}, VERSION_ID],
  ['GET', '/key', 'versionId=', {}, '400 InvalidArgument Version id cannot be the empty string'],
  ['DELETE', '/key', 'versionId=', {}, '400 InvalidArgument Version id cannot be the empty string'],
  [
    'PUT',
    '/key',
    'partNumber=1',
    {},
    '400 InvalidArgument This operation does not accept partNumber without uploadId',
  ],
  [
    'PUT',
    '/key',
    'partNumber=1&uploadId=u',
    { 'x-amz-tagging': 'a=b' },
    '400 InvalidArgument The specified header is not valid in this context',
  ],
  ['PUT', '/key', '', { 'x-amz-checksum-foo': 'AAAA' }, ALGORITHM],
  [
    'GET',
    '/key',
    'attributes=',
    {},
    '400 InvalidRequest The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty',
  ],
  [
    'GET',
    '',
    'start-after=a',
    {},
    '400 InvalidArgument startAfter only supported in REST.GET.BUCKET with list-type=2',
  ],
  [
    'GET',
    '',
    'start-after=&continuation-token=',
    {},
    '400 InvalidArgument continuation-token only supported in REST.GET.BUCKET with list-type=2',
  ],
  [
    'GET',
    '',
    'list-type=2&marker=',
    {},
    '400 InvalidArgument Marker unsupported with REST.GET.BUCKET in list-type=2',
  ],
])('%s %s?%s %j', async (method, path, query, headers, expected) => {
  const Bucket = await bucketWith('key');
  const url = `/${Bucket}${path}${query === '' ? '' : `?${query}`}`;
  expect(await refusedWith(method, url, { headers })).toBe(expected);
  const { Versions } = await fixture.client.send(new s3.ListObjectVersionsCommand({ Bucket }));
  expect(Versions?.map(({ Key, Size }) => [Key, Size])).toEqual([['key', 4]]);
});

it('answer headers that a request chooses are Latin-1 as it is', async () => {
  const Bucket = await bucketWith('key');
  const chosen = `response-content-disposition=${encodeURIComponent('a; filename="é"')}`;
  const { status, headers } = await send('GET', `/${Bucket}/key?${chosen}&response-content-type=`);
  expect(status).toBe(200);
  expect(headers.get('content-disposition')).toBe('a; filename="é"');
  expect(headers.get('content-type')).toBe('application/octet-stream');
});

describe('documents', () => {
  const md5 = (text: string) => createHash('md5').update(text).digest('base64');
  const documentOf = (body: string) => ({ body, headers: { 'content-md5': md5(body) } });

  it.each([
    ['PUT', '?tagging='],
    ['PUT', '/key?tagging='],
    ['POST', '?delete='],
  ])('%s %s without one', async (method, path) => {
    const Bucket = await bucketWith('key');
    expect(await refusedWith(method, `/${Bucket}${path}`, documentOf(''))).toBe(
      '400 MissingRequestBodyError Request Body is empty',
    );
  });

  it('a legal hold without one is refused for that, before the bucket lacks its lock', async () => {
    const Bucket = await bucketWith('key');
    const held = (body: string) => refusedWith('PUT', `/${Bucket}/key?legal-hold=`, documentOf(body));
    expect(await held('')).toMatch(/^400 MalformedXML /);
    expect(await held('<LegalHold><Status>ON</Status></LegalHold>')).toBe(
      '400 InvalidRequest Bucket is missing Object Lock Configuration',
    );
  });

  it('an empty key is none to delete, and makes no marker', async () => {
    const Bucket = await fixture.bucket('Enabled');
    const body = '<Delete><Object><Key>a</Key></Object><Object><Key></Key></Object></Delete>';
    expect(await refusedWith('POST', `/${Bucket}?delete=`, documentOf(body))).toBe(
      '400 UserKeyMustBeSpecified User key must be specified.',
    );
    const { DeleteMarkers } = await fixture.client.send(new s3.ListObjectVersionsCommand({ Bucket }));
    expect(DeleteMarkers).toBeUndefined();
  });
});
