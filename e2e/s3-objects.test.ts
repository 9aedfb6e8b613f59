import { createHash } from 'node:crypto';
import * as s3 from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { refusal, refusedWith, s3Fixture, statusOf, unlisted } from './s3-answers.ts';

const fixture = s3Fixture();
type Put = Omit<s3.PutObjectCommandInput, 'Bucket' | 'Key'>;
type Get = Omit<s3.GetObjectCommandInput, 'Bucket' | 'Key'>;

async function stored(input: Put = {}) {
  const on = { Bucket: await fixture.bucket(), Key: 'key' };
  const answer = await fixture.client.send(new s3.PutObjectCommand({ Body: '0123456789', ...on, ...input }));
  return { on, answer };
}

describe('what goes in comes out', () => {
  it('metadata, headers, type and encryption', async () => {
    const { on, answer } = await stored({
      Metadata: { one: '1' },
      ContentType: 'text/x',
      CacheControl: 'no-cache',
      ContentDisposition: 'attachment',
      ContentEncoding: 'gzip',
      ContentLanguage: 'de',
      Expires: new Date(Date.UTC(2030, 0, 1)),
      WebsiteRedirectLocation: '/x',
      StorageClass: 'STANDARD_IA',
      Tagging: 'a=1&b',
      ServerSideEncryption: 'AES256',
    });
    expect(answer).toMatchObject({
      ETag: `"${createHash('md5').update('0123456789').digest('hex')}"`,
      ServerSideEncryption: 'AES256',
      ChecksumType: 'FULL_OBJECT',
    });
    const head = await fixture.client.send(new s3.HeadObjectCommand(on));
    expect(head).toMatchObject({
      Metadata: { one: '1' },
      ContentType: 'text/x',
      CacheControl: 'no-cache',
      ContentDisposition: 'attachment',
      ContentEncoding: 'gzip',
      ContentLanguage: 'de',
      WebsiteRedirectLocation: '/x',
      StorageClass: 'STANDARD_IA',
      ServerSideEncryption: 'AES256',
      ContentLength: 10,
      AcceptRanges: 'bytes',
    });
    expect(head.ExpiresString ?? head.Expires?.toUTCString()).toBe('Tue, 01 Jan 2030 00:00:00 GMT');
    const { TagCount, Body } = await fixture.client.send(new s3.GetObjectCommand(on));
    expect(TagCount).toBe(2);
    expect(await Body?.transformToString()).toBe('0123456789');
  });

  it('an object without a type, without a class, without a version', async () => {
    const { on } = await stored();
    const head = await fixture.client.send(new s3.HeadObjectCommand(on));
    expect(head.StorageClass).toBeUndefined();
    expect(head.VersionId).toBeUndefined();
    expect(head.TagCount).toBeUndefined();
    expect(head.ReplicationStatus).toBeUndefined();
  });

  it('text beyond US-ASCII travels as RFC 2047 words', async () => {
    const { on } = await stored({ Metadata: { word: '=?UTF-8?Q?=C3=84_=E5=90=8D?=' } });
    const { Metadata } = await fixture.client.send(new s3.HeadObjectCommand(on));
    expect(Metadata?.['word']).toBe(`=?UTF-8?B?${Buffer.from('Ä 名').toString('base64')}?=`);
  });

  it('answer headers can be chosen', async () => {
    const { on } = await stored();
    const answer = await fixture.client.send(
      new s3.GetObjectCommand({
        ...on,
        ResponseContentType: 'text/chosen',
        ResponseContentDisposition: 'inline',
        ResponseCacheControl: 'no-store',
        ResponseExpires: new Date(Date.UTC(2031, 0, 1)),
      }),
    );
    expect(answer).toMatchObject({
      ContentType: 'text/chosen',
      ContentDisposition: 'inline',
      CacheControl: 'no-store',
    });
    expect(answer.ExpiresString ?? answer.Expires?.toUTCString()).toBe('Wed, 01 Jan 2031 00:00:00 GMT');
  });

  it.each(['ключ/名前 +%&=?#.txt', 'a//b', '../x', ' ', "tilde~(1)!*'"])('the key %j', async (Key) => {
    const Bucket = await fixture.bucket();
    await fixture.client.send(new s3.PutObjectCommand({ Bucket, Key, Body: Key }));
    const { Body } = await fixture.client.send(new s3.GetObjectCommand({ Bucket, Key }));
    expect(await Body?.transformToString()).toBe(Key);
    const { Contents } = await fixture.client.send(new s3.ListObjectsV2Command({ Bucket }));
    expect(Contents?.map((entry) => entry.Key)).toEqual([Key]);
  });

  it('archived bytes need a restore', async () => {
    const { on } = await stored({ StorageClass: 'GLACIER' });
    expect(await refusal(fixture.client.send(new s3.GetObjectCommand(on)))).toMatchObject({
      status: 403,
      code: 'InvalidObjectState',
      fields: { StorageClass: 'GLACIER' },
    });
    await fixture.client.send(new s3.HeadObjectCommand(on));
  });
});

describe('refused writes', () => {
  it.each<[string, Put, object]>([
    [
      'storage class OUTPOSTS',
      { StorageClass: 'OUTPOSTS' },
      { status: 400, code: 'InvalidStorageClass', fields: { StorageClassRequested: 'OUTPOSTS' } },
    ],
    ['KMS', { ServerSideEncryption: 'aws:kms' }, { status: 501, code: 'NotImplemented' }],
    [
      'an unknown encryption',
      { ServerSideEncryption: unlisted('x') },
      { status: 400, code: 'InvalidArgument' },
    ],
    [
      'a KMS key with AES256',
      { ServerSideEncryption: 'AES256', SSEKMSKeyId: 'k' },
      { status: 400, code: 'InvalidArgument' },
    ],
    [
      'a customer key',
      { SSECustomerAlgorithm: 'AES256', SSECustomerKey: 'k'.repeat(32) },
      { status: 501, code: 'NotImplemented' },
    ],
    [
      'a customer key of another algorithm',
      { SSECustomerAlgorithm: 'DES', SSECustomerKey: 'k'.repeat(32) },
      { status: 400, code: 'InvalidEncryptionAlgorithmError' },
    ],
    [
      'a lock mode without a date',
      { ObjectLockMode: 'GOVERNANCE' },
      {
        status: 400,
        code: 'InvalidArgument',
        message: 'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied',
        fields: { ArgumentName: 'x-amz-object-lock-retain-until-date' },
      },
    ],
    [
      'an unknown lock mode',
      { ObjectLockMode: unlisted('x'), ObjectLockRetainUntilDate: new Date(Date.UTC(2040, 0)) },
      {
        status: 400,
        message: 'Unknown wormMode directive.',
        fields: { ArgumentName: 'x-amz-object-lock-mode', ArgumentValue: 'x' },
      },
    ],
    [
      'a legal hold on a bucket without lock',
      { ObjectLockLegalHoldStatus: 'ON' },
      { status: 400, code: 'InvalidRequest', message: 'Bucket is missing Object Lock Configuration' },
    ],
    [
      'too much metadata',
      { Metadata: { a: 'x'.repeat(2048) } },
      { status: 400, code: 'MetadataTooLarge', fields: { Size: '2049', MaxSizeAllowed: '2048' } },
    ],
    [
      'two equal tags',
      { Tagging: 'a=1&a=2' },
      {
        status: 400,
        code: 'InvalidArgument',
        fields: { ArgumentName: 'x-amz-tagging', ArgumentValue: 'a=1&a=2' },
      },
    ],
    ['a value with =', { Tagging: 'a=b,c=d' }, { status: 400, code: 'InvalidArgument' }],
    [
      'an MD5 that is none',
      { ContentMD5: 'x' },
      { status: 400, code: 'InvalidDigest', fields: { 'Content-MD5': 'x' } },
    ],
    [
      'a wrong MD5',
      { ContentMD5: createHash('md5').update('other').digest('base64') },
      { status: 400, code: 'BadDigest' },
    ],
    [
      'a wrong checksum',
      { ChecksumCRC32: 'AAAAAA==' },
      {
        status: 400,
        code: 'BadDigest',
        message: 'The CRC32 you specified did not match the calculated checksum.',
      },
    ],
    [
      'a checksum that is none',
      { ChecksumSHA256: 'AAAAAA==' },
      {
        status: 400,
        code: 'InvalidRequest',
        message: 'Value for x-amz-checksum-sha256 header is invalid.',
      },
    ],
    [
      'two checksums',
      { ChecksumCRC32: 'AAAAAA==', ChecksumCRC32C: 'AAAAAA==' },
      {
        status: 400,
        code: 'InvalidRequest',
        message: 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
      },
    ],
    ['a write offset', { WriteOffsetBytes: 1 }, { status: 501, code: 'NotImplemented' }],
    ['a strange redirect', { WebsiteRedirectLocation: 'x' }, { status: 400, code: 'InvalidArgument' }],
    [
      'If-None-Match with an ETag',
      { IfNoneMatch: 'abc' },
      {
        status: 501,
        code: 'NotImplemented',
        message: 'A header you provided implies functionality that is not implemented',
        fields: {
          Header: 'If-None-Match',
          additionalMessage: "We don't accept the provided value of If-None-Match header for this API",
        },
      },
    ],
    ['If-Match: *', { IfMatch: '*' }, { status: 501, fields: { Header: 'If-Match' } }],
    [
      'both conditions',
      { IfMatch: 'a', IfNoneMatch: '*' },
      {
        status: 501,
        fields: {
          Header: 'If-Match,If-None-Match',
          additionalMessage: 'Multiple conditional request headers present in the request',
        },
      },
    ],
    ['If-Match on nothing', { IfMatch: 'x' }, { status: 404, code: 'NoSuchKey' }],
  ])('%s', async (_name, input, expected) => {
    expect(await refusal(stored(input))).toMatchObject(expected);
  });

  it('conditions on what is there', async () => {
    const { on, answer } = await stored();
    const put = (input: Put) =>
      fixture.client.send(new s3.PutObjectCommand({ ...on, Body: 'new', ...input }));
    expect(await refusal(put({ IfNoneMatch: '*' }))).toMatchObject({
      status: 412,
      code: 'PreconditionFailed',
      message: 'At least one of the pre-conditions you specified did not hold',
      fields: { Condition: 'If-None-Match' },
    });
    expect(await refusal(put({ IfMatch: '"00"' }))).toMatchObject({
      status: 412,
      fields: { Condition: 'If-Match' },
    });
    await put({ IfMatch: answer.ETag ?? '' });
  });

  it('a key too long', async () => {
    const Bucket = await fixture.bucket();
    const put = (Key: string) => fixture.client.send(new s3.PutObjectCommand({ Bucket, Key, Body: '' }));
    await put('k'.repeat(1024));
    expect(await refusal(put('k'.repeat(1025)))).toMatchObject({
      status: 400,
      code: 'KeyTooLongError',
      fields: { Size: '1025', MaxSizeAllowed: '1024' },
    });
  });

  it('an unknown bucket', async () => {
    const put = new s3.PutObjectCommand({ Bucket: 'nowhere-at-all', Key: 'k', Body: 'x' });
    expect(await refusal(fixture.client.send(put))).toMatchObject({
      status: 404,
      code: 'NoSuchBucket',
      message: 'The specified bucket does not exist',
      fields: { BucketName: 'nowhere-at-all' },
    });
  });
});

describe('checksums', () => {
  it.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    '%s is kept and shown',
    async (algorithm) => {
      const { on, answer } = await stored({ ChecksumAlgorithm: algorithm });
      const member = `Checksum${algorithm}` as const;
      expect(answer[member]).toBeTypeOf('string');
      const shown = await fixture.client.send(new s3.HeadObjectCommand({ ...on, ChecksumMode: 'ENABLED' }));
      expect(shown[member]).toBe(answer[member]);
      expect(shown.ChecksumType).toBe('FULL_OBJECT');
      const part = await fixture.client.send(
        new s3.GetObjectCommand({ ...on, ChecksumMode: 'ENABLED', Range: 'bytes=0-3' }),
      );
      expect(part[member]).toBeUndefined();
      const attributes = await fixture.client.send(
        new s3.GetObjectAttributesCommand({ ...on, ObjectAttributes: ['Checksum', 'ETag', 'ObjectSize'] }),
      );
      expect(attributes.Checksum?.[member]).toBe(answer[member]);
      expect(attributes.ETag).toBe(answer.ETag?.replaceAll('"', ''));
      expect(attributes.ObjectSize).toBe(10);
    },
  );
});

describe('ranges', () => {
  it.each<[string, string | undefined, string]>([
    ['bytes=2-4', 'bytes 2-4/10', '234'],
    ['bytes=5-', 'bytes 5-9/10', '56789'],
    ['bytes=-3', 'bytes 7-9/10', '789'],
    ['bytes=-15', 'bytes 0-9/10', '0123456789'],
    ['bytes=0-100', 'bytes 0-9/10', '0123456789'],
    ['bytes=4-2', undefined, '0123456789'],
    ['bytes=0-1,3-4', undefined, '0123456789'],
    ['0-4', undefined, '0123456789'],
    ['bytes=-', undefined, '0123456789'],
  ])('%s', async (Range, contentRange, body) => {
    const { on } = await stored();
    const answer = await fixture.client.send(new s3.GetObjectCommand({ ...on, Range }));
    expect(answer.$metadata.httpStatusCode).toBe(contentRange === undefined ? 200 : 206);
    expect(answer.ContentRange).toBe(contentRange);
    expect(await answer.Body?.transformToString()).toBe(body);
  });

  it.each(['bytes=-0', 'bytes=10-', 'bytes=20-30'])('%s cannot be satisfied', async (Range) => {
    const { on } = await stored();
    expect(await refusal(fixture.client.send(new s3.GetObjectCommand({ ...on, Range })))).toMatchObject({
      status: 416,
      code: 'InvalidRange',
      message: 'The requested range is not satisfiable',
      fields: { ActualObjectSize: '10', RangeRequested: Range },
    });
  });

  it('a part number', async () => {
    const { on } = await stored();
    const get = (input: Get) => fixture.client.send(new s3.GetObjectCommand({ ...on, ...input }));
    const whole = await get({ PartNumber: 1 });
    expect(whole.$metadata.httpStatusCode).toBe(206);
    expect(whole.PartsCount).toBeUndefined();
    expect(await refusal(get({ PartNumber: 2 }))).toMatchObject({
      status: 416,
      code: 'InvalidPartNumber',
      fields: { PartNumberRequested: '2', ActualPartCount: '1' },
    });
    expect(await refusedWith(get({ PartNumber: 1, Range: 'bytes=0-1' }))).toBe(
      '400 InvalidRequest Cannot specify both Range header and partNumber query parameter',
    );
    expect(await refusal(get({ PartNumber: 0 }))).toMatchObject({
      status: 400,
      fields: { ArgumentName: 'partNumber', ArgumentValue: '0' },
    });
  });
});

describe('conditions of reads', () => {
  const BEFORE = new Date(Date.UTC(2020, 0));
  const FUTURE = new Date(Date.UTC(2100, 0));
  it.each<[string, (etag: string, modified: Date) => Get, number, string | undefined]>([
    ['If-Match right', (IfMatch) => ({ IfMatch }), 200, undefined],
    ['If-Match without quotes', (etag) => ({ IfMatch: etag.replaceAll('"', '') }), 200, undefined],
    ['If-Match wrong', () => ({ IfMatch: '"x"' }), 412, 'If-Match'],
    ['If-Unmodified-Since before', () => ({ IfUnmodifiedSince: BEFORE }), 412, 'If-Unmodified-Since'],
    ['If-Unmodified-Since exactly', (_e, date) => ({ IfUnmodifiedSince: date }), 200, undefined],
    ['If-None-Match', (IfNoneMatch) => ({ IfNoneMatch }), 304, undefined],
    ['If-None-Match no quotes', (etag) => ({ IfNoneMatch: etag.replaceAll('"', '') }), 304, undefined],
    ['If-Modified-Since exactly', (_e, date) => ({ IfModifiedSince: date }), 304, undefined],
    ['If-Modified-Since future', () => ({ IfModifiedSince: FUTURE }), 200, undefined],
    ['If-Modified-Since before', () => ({ IfModifiedSince: BEFORE }), 200, undefined],
    [
      'all wrong',
      (etag, date) => ({ IfMatch: 'x', IfUnmodifiedSince: BEFORE, IfNoneMatch: etag, IfModifiedSince: date }),
      412,
      'If-Match',
    ],
    [
      'unmodified and none-match wrong',
      (etag) => ({ IfUnmodifiedSince: BEFORE, IfNoneMatch: etag }),
      412,
      'If-Unmodified-Since',
    ],
    [
      'If-Match right, unmodified wrong',
      (etag) => ({ IfMatch: etag, IfUnmodifiedSince: BEFORE }),
      200,
      undefined,
    ],
  ])('%s', async (_name, conditions, status, condition) => {
    const { on, answer } = await stored();
    const { LastModified = BEFORE } = await fixture.client.send(new s3.HeadObjectCommand(on));
    const input = { ...on, ...conditions(answer.ETag ?? '', LastModified) };
    const sent = fixture.client.send(new s3.GetObjectCommand(input));
    expect(await statusOf(sent)).toBe(status);
    const refused = await sent.then(
      () => undefined,
      () => refusal(sent),
    );
    expect(refused?.fields['Condition']).toBe(condition);
    expect(await statusOf(fixture.client.send(new s3.HeadObjectCommand(input)))).toBe(status);
  });
});
