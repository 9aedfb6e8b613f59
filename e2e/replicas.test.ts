import * as s3 from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ruleTo } from '../src/testing/replication-fixture.ts';
import { FAR, ReplicationWorld } from './replication-world.ts';

/** What a replica looks like, and what follows it (reference: s3-replication 3.2, 3.3). */
let world: ReplicationWorld;

beforeEach(async () => {
  world = await ReplicationWorld.start();
  await world.replicate('source', ruleTo('destination'));
});
afterEach(() => world[Symbol.asyncDispose]());

const PART_BYTES = 5 * 1024 * 1024;

/** All that HEAD says, but for what differs by nature. */
async function described(bucket: string, more: Partial<s3.HeadObjectCommandInput> = {}) {
  const { $metadata: _metadata, ReplicationStatus: _status, ...rest } = await world.head(bucket, 'key', more);
  return rest;
}

async function bytes(Bucket: string, more: Partial<s3.GetObjectCommandInput> = {}): Promise<Buffer> {
  const { Body } = await world
    .s3(Bucket)
    .send(new s3.GetObjectCommand({ Bucket, Key: 'key', ChecksumMode: 'ENABLED', ...more }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

async function multipart(
  create: Partial<s3.CreateMultipartUploadCommandInput>,
  bodies: readonly Buffer[],
): Promise<void> {
  const client = world.s3('source');
  const on = { Bucket: 'source', Key: 'key' };
  const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand({ ...on, ...create }));
  const Parts: s3.CompletedPart[] = [];
  for (const [index, Body] of bodies.entries()) {
    const PartNumber = index + 1;
    const { ChecksumAlgorithm } = create;
    const { $metadata: _metadata, ...sent } = await client.send(
      new s3.UploadPartCommand({
        ...on,
        UploadId,
        PartNumber,
        Body,
        ...(ChecksumAlgorithm !== undefined && { ChecksumAlgorithm }),
      }),
    );
    const { ETag, ChecksumCRC32, ChecksumSHA256, ChecksumCRC64NVME } = sent;
    Parts.push({ PartNumber, ETag, ChecksumCRC32, ChecksumSHA256, ChecksumCRC64NVME });
  }
  await client.send(new s3.CompleteMultipartUploadCommand({ ...on, UploadId, MultipartUpload: { Parts } }));
}

describe('a replica is its source', () => {
  it('in metadata, tags, class, times and id', async () => {
    await world.put('source', 'key', {
      Body: 'some bytes',
      Metadata: { colour: 'blue', size: 'ten' },
      ContentType: 'text/x-thing',
      ContentLanguage: 'de',
      ContentEncoding: 'identity',
      ContentDisposition: 'attachment; filename="thing"',
      CacheControl: 'no-store',
      Expires: new Date('2031-01-02T03:04:05Z'),
      WebsiteRedirectLocation: '/elsewhere',
      StorageClass: 'STANDARD_IA',
      Tagging: 'class=gold&empty=',
    });
    await world.settled();
    const source = await described('source');
    expect(source).toMatchObject({
      Metadata: { colour: 'blue', size: 'ten' },
      StorageClass: 'STANDARD_IA',
      ServerSideEncryption: 'AES256',
    });
    expect(await described('destination')).toEqual(source);
    expect(await world.tags('destination', 'key')).toEqual({ class: 'gold', empty: '' });
    expect(await world.status('source', 'key')).toBe('COMPLETED');
    expect(await world.status('destination', 'key')).toBe('REPLICA');
  });

  it.each(['CRC32', 'CRC32C', 'SHA1', 'SHA256', 'CRC64NVME'] as const)(
    'in its checksum, %s',
    async (ChecksumAlgorithm) => {
      await world.put('source', 'key', { ChecksumAlgorithm });
      await world.settled();
      const source = await described('source');
      expect(source[`Checksum${ChecksumAlgorithm}`]).toBeTypeOf('string');
      expect(source.ChecksumType).toBe('FULL_OBJECT');
      expect(await described('destination')).toEqual(source);
      expect(await bytes('destination')).toEqual(Buffer.from('key'));
    },
  );

  it('a copy, with the tags that it inherits', async () => {
    await world.put('watched', 'original', { Tagging: 'a=1', Metadata: { from: 'far' } });
    await world
      .s3('source')
      .send(new s3.CopyObjectCommand({ Bucket: 'source', Key: 'key', CopySource: 'watched/original' }));
    await world.settled();
    expect(await described('destination')).toEqual(await described('source'));
    expect(await world.tags('destination', 'key')).toEqual({ a: '1' });
  });

  it.each([
    ['COMPOSITE', 'SHA256'],
    ['FULL_OBJECT', 'CRC64NVME'],
    ['COMPOSITE', 'CRC32'],
  ] as const)('a multipart object, with its parts: %s %s', async (ChecksumType, ChecksumAlgorithm) => {
    const bodies = [
      Buffer.alloc(PART_BYTES, 'a'),
      Buffer.alloc(PART_BYTES + 70_001, 'b'),
      Buffer.from('the rest'),
    ];
    await multipart({ ChecksumAlgorithm, ChecksumType, Metadata: { parts: 'three' } }, bodies);
    await world.settled();
    const source = await described('source');
    expect(source.ETag).toMatch(/-3"$/);
    expect(source.ChecksumType).toBe(ChecksumType);
    expect(await described('destination')).toEqual(source);
    expect((await bytes('destination')).equals(Buffer.concat(bodies))).toBe(true);
    for (const [index, body] of bodies.entries()) {
      const PartNumber = index + 1;
      const part = await described('destination', { PartNumber });
      expect(part).toEqual(await described('source', { PartNumber }));
      expect(part.PartsCount).toBe(3);
      expect((await bytes('destination', { PartNumber })).equals(body)).toBe(true);
    }
    const attributes = async (Bucket: string) => {
      const { $metadata: _metadata, ...rest } = await world.s3(Bucket).send(
        new s3.GetObjectAttributesCommand({
          Bucket,
          Key: 'key',
          ObjectAttributes: ['ETag', 'Checksum', 'ObjectParts', 'ObjectSize', 'StorageClass'],
        }),
      );
      return rest;
    };
    expect(await attributes('destination')).toEqual(await attributes('source'));
  });

  it('in its place by time: below a newer write at the destination, above an older one', async () => {
    const older = await world.put('destination', 'key', { Body: 'older' });
    await world.hold();
    const late = await world.put('source', 'key', { Body: 'late' });
    const newer = await world.put('destination', 'key', { Body: 'newer' });
    world.resume();
    await world.settled();
    expect(await world.versions('destination')).toEqual([`key ${newer}`, `key ${late}`, `key ${older}`]);
    expect(await world.text('destination', 'key')).toBe('newer');
  });

  it('a chain of writes and deletes ends as at the source', async () => {
    await world.hold();
    for (const key of ['a', 'b', 'a']) {
      await world.put('source', key);
      await world.remove('source', key);
    }
    await world.put('source', 'b');
    world.resume();
    await world.settled();
    const listed = async (Bucket: string) => {
      const list = await world.s3(Bucket).send(new s3.ListObjectVersionsCommand({ Bucket }));
      return { versions: list.Versions, markers: list.DeleteMarkers };
    };
    const source = await listed('source');
    expect(source.versions?.length).toBe(4);
    expect(await listed('destination')).toEqual(source);
  });
});

describe('a later change of tags', () => {
  it('PENDING, then COMPLETED, on the same version', async () => {
    const version = await world.put('source', 'key', { Tagging: 'a=1' });
    await world.settled();
    await world.hold();
    await world.tag('source', 'key', { a: '2', b: '3' });
    expect(await world.status('source', 'key')).toBe('PENDING');
    expect(await world.tags('destination', 'key')).toEqual({ a: '1' });
    world.resume();
    await world.settled();
    expect(await world.status('source', 'key')).toBe('COMPLETED');
    expect(await world.tags('destination', 'key')).toEqual({ a: '2', b: '3' });
    await world.s3('source').send(new s3.DeleteObjectTaggingCommand({ Bucket: 'source', Key: 'key' }));
    await world.settled();
    expect(await world.tags('destination', 'key')).toEqual({});
    expect(await world.versions('destination')).toEqual([`key ${version}`]);
    expect(await world.status('destination', 'key')).toBe('REPLICA');
  });

  it('goes to every destination that has the version', async () => {
    await world.bucket('third', { region: FAR });
    await world.replicate('source', ruleTo('destination'), ruleTo('third', { Priority: 2 }));
    await world.put('source', 'key');
    await world.tag('source', 'key', { a: '1' });
    await world.settled();
    expect(await world.tags('destination', 'key')).toEqual({ a: '1' });
    expect(await world.tags('third', 'key')).toEqual({ a: '1' });
  });

  it('on the replica stays there', async () => {
    await world.put('source', 'key');
    await world.settled();
    await world.tag('destination', 'key', { here: 'only' });
    await world.settled();
    expect(await world.tags('source', 'key')).toEqual({});
    expect(await world.status('destination', 'key')).toBe('REPLICA');
  });

  it('is not sent where it takes away what the rule asks for, and is once that is back', async () => {
    const Filter = { Tag: { Key: 'class', Value: 'gold' } };
    await world.replicate(
      'source',
      ruleTo('destination', { Filter, DeleteMarkerReplication: { Status: 'Disabled' } }),
    );
    await world.put('source', 'key', { Tagging: 'class=gold' });
    await world.settled();
    await world.tag('source', 'key', { class: 'silver' });
    await world.settled();
    expect(await world.tags('destination', 'key')).toEqual({ class: 'gold' });
    await world.tag('source', 'key', { class: 'gold', more: 'yes' });
    await world.settled();
    expect(await world.tags('destination', 'key')).toEqual({ class: 'gold', more: 'yes' });
  });

  it('after the configuration is gone stays at home', async () => {
    await world.put('source', 'key');
    await world.settled();
    await world.s3('source').send(new s3.DeleteBucketReplicationCommand({ Bucket: 'source' }));
    await world.tag('source', 'key', { a: '1' });
    await world.settled();
    expect(await world.tags('destination', 'key')).toEqual({});
    expect(await world.status('source', 'key')).toBe('COMPLETED');
  });
});
