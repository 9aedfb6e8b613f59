import * as s3 from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { refusal, s3Fixture, unlisted } from './s3-answers.ts';

const fixture = s3Fixture();

async function filled(keys: readonly string[], versioning?: 'Enabled') {
  const Bucket = await fixture.bucket(versioning);
  for (const Key of keys) await fixture.client.send(new s3.PutObjectCommand({ Bucket, Key, Body: Key }));
  return Bucket;
}
type Input = Omit<s3.ListObjectsV2CommandInput, 'Bucket'>;
const list = (Bucket: string, input: Input = {}) =>
  fixture.client.send(new s3.ListObjectsV2Command({ Bucket, ...input }));
const keysOf = ({ Contents = [] }: { Contents?: s3._Object[] | undefined }) => Contents.map(({ Key }) => Key);
const prefixesOf = ({ CommonPrefixes = [] }: { CommonPrefixes?: s3.CommonPrefix[] | undefined }) =>
  CommonPrefixes.map(({ Prefix }) => Prefix);

const KEYS = ['a', 'b/1', 'b/2', 'c/d/1', 'e', 'ü', '😀'];

describe('version 2', () => {
  it('in the order of UTF-8, with what each entry shows', async () => {
    const Bucket = await filled(KEYS);
    const page = await list(Bucket);
    expect(keysOf(page)).toEqual(KEYS);
    expect(page).toMatchObject({ Name: Bucket, Prefix: '', MaxKeys: 1000, KeyCount: 7, IsTruncated: false });
    expect(page.Contents?.[0]).toMatchObject({
      Key: 'a',
      Size: 1,
      StorageClass: 'STANDARD',
      ChecksumAlgorithm: ['CRC32'],
      ChecksumType: 'FULL_OBJECT',
    });
    expect(page.Contents?.[0]?.Owner).toBeUndefined();
    const owned = await list(Bucket, { FetchOwner: true });
    expect(owned.Contents?.[0]?.Owner).toEqual({ ID: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it('delimiter and prefix', async () => {
    const Bucket = await filled(KEYS);
    const top = await list(Bucket, { Delimiter: '/' });
    expect(keysOf(top)).toEqual(['a', 'e', 'ü', '😀']);
    expect(prefixesOf(top)).toEqual(['b/', 'c/']);
    expect(top.KeyCount).toBe(6);
    const inside = await list(Bucket, { Delimiter: '/', Prefix: 'b/' });
    expect(keysOf(inside)).toEqual(['b/1', 'b/2']);
  });

  it.each([undefined, '/'])('in pages of every size (delimiter %s)', async (Delimiter) => {
    const Bucket = await filled(KEYS);
    const whole = await list(Bucket, Delimiter === undefined ? {} : { Delimiter });
    for (let MaxKeys = 1; MaxKeys < 8; MaxKeys += 1) {
      const found: (string | undefined)[] = [];
      let ContinuationToken: string | undefined;
      do {
        const page: s3.ListObjectsV2CommandOutput = await list(Bucket, {
          MaxKeys,
          ...(Delimiter === undefined ? {} : { Delimiter }),
          ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
        });
        found.push(...keysOf(page), ...prefixesOf(page));
        ContinuationToken = page.NextContinuationToken;
        expect(page.IsTruncated).toBe(ContinuationToken !== undefined);
      } while (ContinuationToken !== undefined);
      expect(new Set(found)).toEqual(new Set([...keysOf(whole), ...prefixesOf(whole)]));
      expect(found.length).toBe(new Set(found).size);
    }
  });

  it('start-after, which a token beats', async () => {
    const Bucket = await filled(KEYS);
    const after = await list(Bucket, { StartAfter: 'b/1', MaxKeys: 1 });
    expect(after.StartAfter).toBe('b/1');
    expect(keysOf(after)).toEqual(['b/2']);
    const next = await list(Bucket, {
      StartAfter: 'zzz',
      ContinuationToken: after.NextContinuationToken ?? '',
    });
    expect(next.StartAfter).toBeUndefined();
    expect(keysOf(next)).toEqual(['c/d/1', 'e', 'ü', '😀']);
  });

  it('no keys at all', async () => {
    const page = await list(await filled(['a']), { MaxKeys: 0 });
    expect(page).toMatchObject({ KeyCount: 0, MaxKeys: 0, IsTruncated: false });
  });

  it('url encoding', async () => {
    const Bucket = await filled(['a b/+ü(1)']);
    const page = await list(Bucket, { EncodingType: 'url', Delimiter: '(' });
    expect(page.EncodingType).toBe('url');
    expect(prefixesOf(page)).toEqual(['a+b/%2B%C3%BC%28']);
    expect(keysOf(await list(Bucket, { EncodingType: 'url' }))).toEqual(['a+b/%2B%C3%BC%281%29']);
  });

  it.each<[string, Input, object]>([
    ['an empty token', { ContinuationToken: '' }, { fields: { ArgumentName: 'continuation-token' } }],
    ['a foreign token', { ContinuationToken: 'abc' }, { fields: { ArgumentName: 'continuation-token' } }],
    [
      'an unknown encoding',
      { EncodingType: unlisted('x') },
      { message: 'Invalid Encoding Method specified in Request', fields: { ArgumentName: 'encoding-type' } },
    ],
    ['a negative size', { MaxKeys: -1 }, { fields: { ArgumentName: 'maxKeys', ArgumentValue: '-1' } }],
  ])('%s', async (_name, input, expected) => {
    const Bucket = await fixture.bucket();
    expect(await refusal(list(Bucket, input))).toMatchObject({
      status: 400,
      code: 'InvalidArgument',
      ...expected,
    });
  });

  it('an unknown bucket', async () => {
    expect(await refusal(list('nowhere-at-all'))).toMatchObject({ status: 404, code: 'NoSuchBucket' });
  });
});

describe('version 1', () => {
  it('goes on from a marker; says where only with a delimiter', async () => {
    const Bucket = await filled(KEYS);
    const page = await fixture.client.send(new s3.ListObjectsCommand({ Bucket, MaxKeys: 2 }));
    expect(keysOf(page)).toEqual(['a', 'b/1']);
    expect(page.NextMarker).toBeUndefined();
    expect(page.Contents?.[0]?.Owner?.ID).toBeTypeOf('string');
    const grouped = await fixture.client.send(
      new s3.ListObjectsCommand({ Bucket, MaxKeys: 2, Delimiter: '/' }),
    );
    expect(grouped.NextMarker).toBe('b/');
    const rest = await fixture.client.send(
      new s3.ListObjectsCommand({ Bucket, Delimiter: '/', Marker: 'b/' }),
    );
    expect(prefixesOf(rest)).toEqual(['c/']);
    expect(keysOf(rest)).toEqual(['e', 'ü', '😀']);
    expect(rest.Marker).toBe('b/');
  });
});

describe('versions', () => {
  type Versions = Omit<s3.ListObjectVersionsCommandInput, 'Bucket'>;
  const versions = (Bucket: string, input: Versions = {}) =>
    fixture.client.send(new s3.ListObjectVersionsCommand({ Bucket, ...input }));

  it('of an unversioned bucket', async () => {
    const { Versions } = await versions(await filled(['a', 'b']));
    expect(Versions?.map(({ Key, VersionId, IsLatest }) => [Key, VersionId, IsLatest])).toEqual([
      ['a', 'null', true],
      ['b', 'null', true],
    ]);
    expect(Versions?.[0]?.Owner).toEqual({ ID: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it('newest first, in pages of every size', async () => {
    const Bucket = await filled(['a', 'a', 'b', 'a', 'b'], 'Enabled');
    await fixture.client.send(new s3.DeleteObjectCommand({ Bucket, Key: 'b' }));
    const whole = await versions(Bucket);
    expect(whole.Versions?.map(({ Key, IsLatest }) => [Key, IsLatest])).toEqual([
      ['a', true],
      ['a', false],
      ['a', false],
      ['b', false],
      ['b', false],
    ]);
    expect(whole.DeleteMarkers?.map(({ Key, IsLatest }) => [Key, IsLatest])).toEqual([['b', true]]);
    for (let MaxKeys = 1; MaxKeys < 7; MaxKeys += 1) {
      const found: (string | undefined)[] = [];
      let next: Versions | undefined = {};
      while (next !== undefined) {
        const page: s3.ListObjectVersionsCommandOutput = await versions(Bucket, { MaxKeys, ...next });
        for (const entry of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])])
          found.push(entry.VersionId);
        next = page.IsTruncated
          ? { KeyMarker: page.NextKeyMarker ?? '', VersionIdMarker: page.NextVersionIdMarker ?? '' }
          : undefined;
      }
      const all = [...(whole.Versions ?? []), ...(whole.DeleteMarkers ?? [])].map(
        ({ VersionId }) => VersionId,
      );
      expect(new Set(found)).toEqual(new Set(all));
      expect(found.length).toBe(all.length);
    }
  });

  it('markers', async () => {
    const Bucket = await filled(['a', 'b/1', 'b/2', 'c'], 'Enabled');
    const page = await versions(Bucket, { Delimiter: '/', MaxKeys: 2 });
    expect(page.NextKeyMarker).toBe('b/');
    expect(page.NextVersionIdMarker).toBeUndefined();
    const after = await versions(Bucket, { KeyMarker: 'a' });
    expect(after.Versions?.map(({ Key }) => Key)).toEqual(['b/1', 'b/2', 'c']);
    expect(await refusal(versions(Bucket, { VersionIdMarker: 'x'.repeat(32) }))).toMatchObject({
      status: 400,
      message: 'A version-id marker cannot be specified without a key marker.',
      fields: { ArgumentName: 'version-id-marker' },
    });
  });
});
