import * as s3 from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { refusal, refusedWith, s3Fixture, statusOf, unlisted } from './s3-answers.ts';

const fixture = s3Fixture();
type Copy = Partial<s3.CopyObjectCommandInput>;

async function source(versioning?: 'Enabled') {
  const Bucket = await fixture.bucket(versioning);
  const put = new s3.PutObjectCommand({
    Bucket,
    Key: 'source',
    Body: 'body',
    Metadata: { a: 'old' },
    ContentType: 'text/old',
    Tagging: 't=old',
    WebsiteRedirectLocation: '/old',
    StorageClass: 'STANDARD_IA',
  });
  const { ETag = '', VersionId } = await fixture.client.send(put);
  const copy = (input: Copy = {}) =>
    fixture.client.send(
      new s3.CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/source`, ...input }),
    );
  return { Bucket, ETag, VersionId, copy };
}

describe('what a copy keeps', () => {
  it('metadata and tags, but neither class nor redirect', async () => {
    const { Bucket, ETag, copy } = await source();
    const { CopyObjectResult } = await copy({ Metadata: { a: 'ignored' }, Tagging: 't=ignored' });
    expect(CopyObjectResult?.ETag).toBe(ETag);
    const head = await fixture.client.send(new s3.HeadObjectCommand({ Bucket, Key: 'copy' }));
    expect(head).toMatchObject({ Metadata: { a: 'old' }, ContentType: 'text/old' });
    expect(head.StorageClass).toBeUndefined();
    expect(head.WebsiteRedirectLocation).toBeUndefined();
    const { TagSet } = await fixture.client.send(new s3.GetObjectTaggingCommand({ Bucket, Key: 'copy' }));
    expect(TagSet).toEqual([{ Key: 't', Value: 'old' }]);
  });

  it('REPLACE takes what the request says', async () => {
    const { Bucket, copy } = await source();
    await copy({
      MetadataDirective: 'REPLACE',
      Metadata: { b: 'new' },
      ContentType: 'text/new',
      TaggingDirective: 'REPLACE',
      Tagging: 't=new',
      StorageClass: 'ONEZONE_IA',
    });
    const head = await fixture.client.send(new s3.HeadObjectCommand({ Bucket, Key: 'copy' }));
    expect(head).toMatchObject({
      Metadata: { b: 'new' },
      ContentType: 'text/new',
      StorageClass: 'ONEZONE_IA',
    });
    const { TagSet } = await fixture.client.send(new s3.GetObjectTaggingCommand({ Bucket, Key: 'copy' }));
    expect(TagSet).toEqual([{ Key: 't', Value: 'new' }]);
    await copy({ TaggingDirective: 'REPLACE' });
    expect(
      (await fixture.client.send(new s3.GetObjectTaggingCommand({ Bucket, Key: 'copy' }))).TagSet,
    ).toEqual([]);
  });

  it('a checksum of the algorithm that is named, in capitals or not', async () => {
    const { copy } = await source();
    for (const named of ['SHA256', 'sha256']) {
      const { CopyObjectResult } = await copy({ ChecksumAlgorithm: unlisted(named) });
      expect(CopyObjectResult?.ChecksumSHA256).toHaveLength(44);
    }
    expect(await refusal(copy({ ChecksumAlgorithm: unlisted('sha-256') }))).toMatchObject({ status: 400 });
  });

  it('version ids of both sides', async () => {
    const { VersionId, copy } = await source('Enabled');
    const answer = await copy();
    expect(answer.CopySourceVersionId).toBe(VersionId);
    expect(answer.VersionId).toMatch(/^[A-Za-z0-9._]{32}$/);
  });

  it('between regions', async () => {
    const { Bucket } = await source();
    const there = fixture.server.client({ region: 'ap-south-1' });
    const to = `${Bucket}-there`;
    await there.send(
      new s3.CreateBucketCommand({
        Bucket: to,
        CreateBucketConfiguration: { LocationConstraint: 'ap-south-1' },
      }),
    );
    await there.send(new s3.CopyObjectCommand({ Bucket: to, Key: 'k', CopySource: `/${Bucket}/source` }));
    const { Body } = await there.send(new s3.GetObjectCommand({ Bucket: to, Key: 'k' }));
    expect(await Body?.transformToString()).toBe('body');
  });
});

describe('copies that are refused', () => {
  const SELF =
    "400 InvalidRequest This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.";

  it('onto itself, unless something changes', async () => {
    const { copy } = await source();
    const onto = (input: Copy = {}) => copy({ Key: 'source', ...input });
    expect(await refusedWith(onto())).toBe(SELF);
    expect(await refusedWith(onto({ ACL: 'bucket-owner-full-control' }))).toBe(SELF);
    await onto({ MetadataDirective: 'REPLACE' });
    await onto({ StorageClass: 'STANDARD' });
    await onto({ ServerSideEncryption: 'AES256' });
    await onto({ WebsiteRedirectLocation: '/x' });
  });

  it.each<[string, string, object]>([
    ['no bucket', 'nowhere-at-all/key', { status: 404, code: 'NoSuchBucket' }],
    ['no key', 'BUCKET/none', { status: 404, code: 'NoSuchKey', fields: { Key: 'none' } }],
    [
      'malformed',
      'BUCKET',
      {
        status: 400,
        message: 'Invalid copy source object key',
        fields: { ArgumentName: 'x-amz-copy-source' },
      },
    ],
  ])('%s', async (_name, CopySource, expected) => {
    const { Bucket, copy } = await source();
    expect(await refusal(copy({ CopySource: CopySource.replace('BUCKET', Bucket) }))).toMatchObject(expected);
  });

  it('unknown directives and wrong owners', async () => {
    const { copy } = await source();
    expect(await refusal(copy({ MetadataDirective: unlisted('x') }))).toMatchObject({
      status: 400,
      fields: { ArgumentName: 'x-amz-metadata-directive' },
    });
    expect(await refusal(copy({ TaggingDirective: unlisted('x') }))).toMatchObject({ status: 400 });
    expect(await refusal(copy({ AnnotationDirective: unlisted('REPLACE') }))).toMatchObject({
      status: 400,
      fields: { ArgumentName: 'x-amz-object-annotation-directive' },
    });
    await copy({ AnnotationDirective: 'EXCLUDE' });
    expect(await refusal(copy({ ExpectedSourceBucketOwner: '999999999999' }))).toMatchObject({
      status: 403,
      code: 'AccessDenied',
    });
    expect(await refusal(copy({ ExpectedBucketOwner: '999999999999' }))).toMatchObject({ status: 403 });
  });

  const BEFORE = new Date(Date.UTC(2020, 0));
  const FUTURE = new Date(Date.UTC(2100, 0));
  it.each<[string, (etag: string) => Copy, string | undefined]>([
    ['match wrong', () => ({ CopySourceIfMatch: '"x"' }), 'x-amz-copy-source-If-Match'],
    ['none match', (etag) => ({ CopySourceIfNoneMatch: etag }), 'x-amz-copy-source-If-None-Match'],
    ['modified since', () => ({ CopySourceIfModifiedSince: FUTURE }), undefined],
    [
      'unmodified since',
      () => ({ CopySourceIfUnmodifiedSince: BEFORE }),
      'x-amz-copy-source-If-Unmodified-Since',
    ],
    [
      'match right beats unmodified wrong',
      (etag) => ({ CopySourceIfMatch: etag, CopySourceIfUnmodifiedSince: BEFORE }),
      undefined,
    ],
    [
      'none match and unmodified, both wrong',
      (etag) => ({ CopySourceIfNoneMatch: etag, CopySourceIfUnmodifiedSince: BEFORE }),
      'x-amz-copy-source-If-Unmodified-Since',
    ],
  ])('condition: %s', async (_name, conditions, Condition) => {
    const { ETag, copy } = await source();
    const copying = copy(conditions(ETag));
    const refused = await copying.then(
      () => undefined,
      () => refusal(copying),
    );
    expect(refused?.fields['Condition']).toBe(Condition);
    expect(await statusOf(copying)).toBe(Condition === undefined ? 200 : 412);
  });

  it('conditions on the destination', async () => {
    const { ETag, copy } = await source();
    await copy({ IfNoneMatch: '*' });
    expect(await refusal(copy({ IfNoneMatch: '*' }))).toMatchObject({ status: 412 });
    await copy({ IfMatch: ETag });
    expect(await refusal(copy({ IfMatch: '"00"' }))).toMatchObject({ fields: { Condition: 'If-Match' } });
  });
});
