import * as s3 from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { refusal, refusedWith, s3Fixture, XML } from './s3-answers.ts';

const fixture = s3Fixture();

async function object(versioning?: 'Enabled') {
  const on = { Bucket: await fixture.bucket(versioning), Key: 'key' };
  await fixture.client.send(new s3.PutObjectCommand({ ...on, Body: 'x', Tagging: 'a=1' }));
  return on;
}
const tagsOf = async (on: { Bucket: string; Key: string; VersionId?: string }) =>
  (await fixture.client.send(new s3.GetObjectTaggingCommand(on))).TagSet;

describe('object tags', () => {
  it('are replaced whole, removed, and gone with the next object', async () => {
    const on = await object();
    expect(await tagsOf(on)).toEqual([{ Key: 'a', Value: '1' }]);
    const set = (TagSet: s3.Tag[]) =>
      fixture.client.send(new s3.PutObjectTaggingCommand({ ...on, Tagging: { TagSet } }));
    await set([
      { Key: 'b', Value: '2' },
      { Key: 'c', Value: '' },
    ]);
    expect(await tagsOf(on)).toEqual([
      { Key: 'b', Value: '2' },
      { Key: 'c', Value: '' },
    ]);
    expect((await set([])).$metadata.httpStatusCode).toBe(200);
    expect(await tagsOf(on)).toEqual([]);
    await set([{ Key: 'd', Value: '4' }]);
    const removal = await fixture.client.send(new s3.DeleteObjectTaggingCommand(on));
    expect(removal.$metadata.httpStatusCode).toBe(204);
    expect(await tagsOf(on)).toEqual([]);
    await set([{ Key: 'd', Value: '4' }]);
    await fixture.client.send(new s3.PutObjectCommand({ ...on, Body: 'again' }));
    expect(await tagsOf(on)).toEqual([]);
  });

  it('each version has its own', async () => {
    const on = await object('Enabled');
    const { VersionId: first = '' } = await fixture.client.send(new s3.HeadObjectCommand(on));
    await fixture.client.send(new s3.PutObjectCommand({ ...on, Body: 'x', Tagging: 'b=2' }));
    expect(await tagsOf(on)).toEqual([{ Key: 'b', Value: '2' }]);
    expect(await tagsOf({ ...on, VersionId: first })).toEqual([{ Key: 'a', Value: '1' }]);
    const put = new s3.PutObjectTaggingCommand({ ...on, VersionId: first, Tagging: { TagSet: [] } });
    expect((await fixture.client.send(put)).VersionId).toBe(first);
  });

  it.each<[string, s3.Tag[], object]>([
    [
      'the same key twice',
      [
        { Key: 'a', Value: '1' },
        { Key: 'a', Value: '2' },
      ],
      {
        code: 'InvalidTag',
        message: 'Cannot provide multiple Tags with the same key',
        fields: { TagKey: 'a' },
      },
    ],
    [
      'a bad key',
      [{ Key: 'a,b', Value: '' }],
      { code: 'InvalidTag', message: 'The TagKey you have provided is invalid', fields: { TagKey: 'a,b' } },
    ],
    [
      'a bad value',
      [{ Key: 'a', Value: 'b,c' }],
      {
        code: 'InvalidTag',
        message: 'The TagValue you have provided is invalid',
        fields: { TagKey: 'a', TagValue: 'b,c' },
      },
    ],
    [
      'a system key',
      [{ Key: 'aws:x', Value: '' }],
      { code: 'InvalidTag', message: 'Your TagKey cannot be prefixed with aws:' },
    ],
    [
      'eleven',
      Array.from({ length: 11 }, (_, index) => ({ Key: `k${index}`, Value: '' })),
      { code: 'BadRequest', message: 'Object tags cannot be greater than 10' },
    ],
  ])('%s', async (_name, TagSet, expected) => {
    const put = new s3.PutObjectTaggingCommand({ ...(await object()), Tagging: { TagSet } });
    expect(await refusal(fixture.client.send(put))).toMatchObject({ status: 400, ...expected });
  });

  it('a missing element', async () => {
    const TagSet = [{ Key: 'a' }] as s3.Tag[];
    const put = new s3.PutObjectTaggingCommand({ ...(await object()), Tagging: { TagSet } });
    expect(await refusedWith(fixture.client.send(put))).toBe(`400 ${XML}`);
  });

  it('of what is missing', async () => {
    const Bucket = await fixture.bucket();
    expect(await refusal(tagsOf({ Bucket, Key: 'none' }))).toMatchObject({ status: 404, code: 'NoSuchKey' });
    expect(await refusal(tagsOf({ Bucket: 'nowhere-at-all', Key: 'none' }))).toMatchObject({
      code: 'NoSuchBucket',
    });
  });
});

const setBucketTags = (Bucket: string, TagSet: s3.Tag[]) =>
  fixture.client.send(new s3.PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));

const readBucketTags = (Bucket: string) => fixture.client.send(new s3.GetBucketTaggingCommand({ Bucket }));

describe('bucket tags', () => {
  it('are replaced whole; an empty set is none', async () => {
    const Bucket = await fixture.bucket();
    expect((await setBucketTags(Bucket, [{ Key: 'a', Value: '1' }])).$metadata.httpStatusCode).toBe(204);
    await setBucketTags(Bucket, [{ Key: 'b', Value: '2' }]);
    expect((await readBucketTags(Bucket)).TagSet).toEqual([{ Key: 'b', Value: '2' }]);
    expect((await setBucketTags(Bucket, [])).$metadata.httpStatusCode).toBe(204);
    expect(await refusal(readBucketTags(Bucket))).toMatchObject({
      status: 404,
      code: 'NoSuchTagSet',
      fields: { BucketName: Bucket },
    });
  });

  it('a system key', async () => {
    expect(await refusedWith(setBucketTags(await fixture.bucket(), [{ Key: 'aws:x', Value: '' }]))).toBe(
      '400 InvalidTag System tags cannot be added/updated by requester',
    );
  });
});
