import { beforeEach, describe, expect, it } from 'vitest';
import { putBucketPolicy } from '../buckets/bucket-policy.ts';
import { putVersioning } from '../buckets/versioning.ts';
import { deliveries } from '../store/tables/deliveries.ts';
import {
  OTHER_ACCOUNT,
  type ReplicationFixture,
  ROLE,
  replicatingSite,
  rolePolicy,
  ruleTo,
} from '../testing/replication-fixture.ts';
import { SimulatedClock } from '../testing/simulated-clock.ts';

let clock: SimulatedClock;
let s3: ReplicationFixture;

/** Time for everything that is going to happen. */
const settle = () => clock.advance(60_000);

beforeEach(async () => {
  clock = new SimulatedClock();
  s3 = await replicatingSite(clock);
  return async () => {
    expect(await s3.wrongCounters()).toEqual([]);
    for (const worker of s3.site.workers) await worker.stop();
  };
});

describe('what replicates', () => {
  it('an object, with everything a replica keeps', async () => {
    await s3.replicate('source', ruleTo('destination'));
    const versionId = await s3.put('source', 'key', 'the bytes', [['class', 'gold']]);
    expect(await s3.status('source', 'key')).toBe('PENDING');
    expect(await s3.read('destination', 'key')).toBeUndefined();
    await settle();
    const source = await s3.read('source', 'key');
    const replica = await s3.read('destination', 'key');
    expect(source?.replicationStatus).toBe('COMPLETED');
    expect(replica?.replicationStatus).toBe('REPLICA');
    expect(replica?.text).toBe('the bytes');
    expect(replica?.versionId).toBe(versionId);
    for (const kept of ['lastModifiedMs', 'tags'] as const) expect(replica?.[kept]).toEqual(source?.[kept]);
    for (const kept of ['etag', 'metadata', 'system', 'checksum', 'storageClass', 'stamp'] as const) {
      expect(replica?.version[kept]).toEqual(source?.version[kept]);
    }
  });

  it('an empty object, and one of some MiB', async () => {
    await s3.replicate('source', ruleTo('destination'));
    await s3.put('source', 'empty', '');
    await s3.put('source', 'large', 'x'.repeat(3 * 1024 * 1024 + 1));
    await settle();
    expect((await s3.read('destination', 'empty'))?.text).toBe('');
    expect((await s3.read('destination', 'large'))?.text).toHaveLength(3 * 1024 * 1024 + 1);
  });

  it('to three destinations, FAILED as soon as one fails', async () => {
    await s3.bucket('second');
    await s3.bucket('third', { region: 'ap-south-1' });
    await s3.replicate(
      'source',
      ruleTo('destination'),
      ruleTo('second', { Priority: 2 }),
      ruleTo('third', { Priority: 3 }),
    );
    await s3.put('source', 'key');
    await settle();
    expect(await s3.status('source', 'key')).toBe('COMPLETED');
    for (const name of ['destination', 'second', 'third'])
      expect((await s3.read(name, 'key'))?.text).toBe('key');
    await putVersioning(s3.site.buckets, await s3.site.buckets.require('second'), 'Suspended');
    await s3.put('source', 'next');
    await settle();
    expect(await s3.status('source', 'next')).toBe('FAILED');
    expect(await s3.failureCodes()).toEqual(['DstBucketUnversioned']);
    expect((await s3.read('third', 'next'))?.text).toBe('next');
  });

  it('the class of the rule, and of the higher priority', async () => {
    const to = (id: string, priority: number, StorageClass: 'STANDARD' | 'STANDARD_IA') =>
      ruleTo('destination', {
        ID: id,
        Priority: priority,
        Destination: { Bucket: 'arn:aws:s3:::destination', StorageClass },
      });
    await s3.replicate('source', to('low', 1, 'STANDARD'), to('high', 2, 'STANDARD_IA'));
    await s3.put('source', 'key');
    await settle();
    expect((await s3.read('destination', 'key'))?.version.storageClass).toBe('STANDARD_IA');
  });

  it('a later change of tags, on the same version', async () => {
    await s3.replicate('source', ruleTo('destination'));
    await s3.put('source', 'key');
    await settle();
    await s3.tag('source', 'key', [['a', '1']]);
    expect(await s3.status('source', 'key')).toBe('PENDING');
    await settle();
    expect(await s3.status('source', 'key')).toBe('COMPLETED');
    expect((await s3.read('destination', 'key'))?.tags).toEqual([['a', '1']]);
    await s3.tag('source', 'key', []);
    await settle();
    expect((await s3.read('destination', 'key'))?.tags).toEqual([]);
    expect(await s3.versions('destination')).toHaveLength(1);
  });

  it('tags changed before the object has left', async () => {
    await s3.replicate('source', ruleTo('destination'));
    await s3.put('source', 'key', 'key', [['a', '1']]);
    await s3.tag('source', 'key', [['a', '2']]);
    await settle();
    expect(await s3.status('source', 'key')).toBe('COMPLETED');
    expect((await s3.read('destination', 'key'))?.tags).toEqual([['a', '2']]);
  });

  it('tags changed before the object failed do not hide why it did', async () => {
    await s3.rolePolicy(rolePolicy('source', ['elsewhere']));
    await s3.replicate('source', ruleTo('destination'));
    await s3.put('source', 'key', 'key', [['n', 'old']]);
    await s3.tag('source', 'key', [['n', 'new']]);
    await settle();
    expect(await s3.status('source', 'key')).toBe('FAILED');
    expect(new Set(await s3.failureCodes())).toEqual(new Set(['DstPutObjectNotPermitted']));
    const { region, row } = await s3.site.buckets.require('source');
    const [delivery] = await region.store.range(deliveries.bucketRange(row.id));
    expect(delivery && deliveries.decode(delivery).failureCode).toBe('DstPutObjectNotPermitted');
  });

  it('a delete marker under V2 Enabled, with the same id', async () => {
    await s3.replicate('source', ruleTo('destination'));
    await s3.put('source', 'key');
    const marker = await s3.remove('source', 'key');
    await settle();
    expect(await s3.read('destination', 'key')).toBeUndefined();
    expect((await s3.versions('destination')).map(({ versionId, row }) => [row.kind, versionId])).toEqual([
      ['delete-marker', marker],
      ['object', expect.any(String)],
    ]);
  });

  it('a delete marker under V1', async () => {
    await s3.replicate('source', {
      ID: 'v1',
      Prefix: '',
      Status: 'Enabled',
      Destination: { Bucket: 'arn:aws:s3:::destination' },
    });
    await s3.remove('source', 'key');
    await settle();
    expect(await s3.versions('destination')).toHaveLength(1);
  });

  it('into the other account, where its policy allows it', async () => {
    await s3.bucket('second', { owner: OTHER_ACCOUNT, region: 'ap-south-1' });
    await s3.replicate('source', ruleTo('second'));
    await s3.put('source', 'refused');
    await settle();
    expect(await s3.status('source', 'refused')).toBe('FAILED');
    expect(await s3.failureCodes()).toEqual(['DstPutObjectNotPermitted']);
    const policy = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: ROLE },
          Action: ['s3:ReplicateObject', 's3:ReplicateDelete'],
          Resource: 'arn:aws:s3:::second/*',
        },
      ],
    };
    const second = await s3.site.buckets.require('second');
    await putBucketPolicy(s3.site.buckets, second, JSON.stringify(policy), {});
    await s3.put('source', 'allowed');
    await settle();
    expect(await s3.status('source', 'allowed')).toBe('COMPLETED');
    expect((await s3.read('second', 'allowed'))?.version.owner).toBe(OTHER_ACCOUNT);
    // Nothing that failed for good is tried again by itself.
    expect(await s3.status('source', 'refused')).toBe('FAILED');
  });
});

describe('what must not happen', () => {
  it('an object older than the rule has no status and does not travel', async () => {
    await s3.put('source', 'old');
    await s3.replicate('source', ruleTo('destination'));
    await settle();
    expect(await s3.status('source', 'old')).toBeUndefined();
    await s3.tag('source', 'old', [['a', '1']]);
    await settle();
    expect(await s3.versions('destination')).toEqual([]);
  });

  it('A to B to C stops at B', async () => {
    await s3.bucket('second');
    await s3.rolePolicy(rolePolicy('*', ['destination', 'second']));
    await s3.replicate('source', ruleTo('destination'));
    await s3.replicate('destination', ruleTo('second'));
    await s3.put('source', 'key');
    await s3.remove('source', 'marked');
    await settle();
    expect(await s3.versions('destination')).toHaveLength(2);
    expect(await s3.versions('second')).toEqual([]);
    expect(await s3.status('destination', 'key')).toBe('REPLICA');
  });

  it('a delete by version id does not travel', async () => {
    await s3.replicate('source', ruleTo('destination'));
    const versionId = await s3.put('source', 'key');
    await settle();
    await s3.remove('source', 'key', versionId);
    await settle();
    expect((await s3.read('destination', 'key'))?.text).toBe('key');
  });

  it('a version deleted at the source while PENDING never arrives', async () => {
    await s3.replicate('source', ruleTo('destination'));
    const versionId = await s3.put('source', 'key');
    await s3.remove('source', 'key', versionId);
    await settle();
    expect(await s3.versions('destination')).toEqual([]);
  });

  it('markers do not travel under V2 Disabled, nor under a tag filter', async () => {
    await s3.replicate(
      'source',
      ruleTo('destination', {
        ID: 'plain',
        Filter: { Prefix: 'p' },
        DeleteMarkerReplication: { Status: 'Disabled' },
      }),
      ruleTo('destination', {
        ID: 'tagged',
        Priority: 2,
        Filter: { Tag: { Key: 'k', Value: 'v' } },
        DeleteMarkerReplication: { Status: 'Disabled' },
      }),
    );
    await s3.put('source', 'plain');
    await s3.put('source', 'tagged', 'tagged', [['k', 'v']]);
    await s3.remove('source', 'plain');
    await s3.remove('source', 'tagged');
    await settle();
    expect((await s3.versions('destination')).map(({ key, row }) => [key, row.kind])).toEqual([
      ['plain', 'object'],
      ['tagged', 'object'],
    ]);
  });

  it('a Disabled rule copies nothing, and does not catch up when enabled', async () => {
    await s3.replicate('source', ruleTo('destination', { Status: 'Disabled' }));
    await s3.put('source', 'missed');
    await s3.replicate('source', ruleTo('destination'));
    await settle();
    expect(await s3.status('source', 'missed')).toBeUndefined();
    expect(await s3.versions('destination')).toEqual([]);
  });

  it('an unversioned or suspended source is refused, and so is such a destination', async () => {
    await s3.bucket('plain', { versioned: false });
    await expect(s3.replicate('plain', ruleTo('destination'))).rejects.toThrow(
      "Versioning must be 'Enabled' on the bucket",
    );
    await putVersioning(s3.site.buckets, await s3.site.buckets.require('plain'), 'Suspended');
    await expect(s3.replicate('plain', ruleTo('destination'))).rejects.toThrow(
      "Versioning must be 'Enabled' on the bucket",
    );
    await expect(s3.replicate('source', ruleTo('plain'))).rejects.toThrow(
      'Destination bucket must have versioning enabled',
    );
    await expect(s3.replicate('source', ruleTo('nowhere'))).rejects.toThrow(
      'Destination bucket must have versioning enabled',
    );
  });

  it('a version removed at the destination by id never comes back', async () => {
    await s3.replicate('source', ruleTo('destination'));
    const versionId = await s3.put('source', 'key');
    await settle();
    await s3.remove('destination', 'key', versionId);
    await s3.tag('source', 'key', [['a', '1']]);
    await settle();
    expect(await s3.versions('destination')).toEqual([]);
    expect(await s3.status('source', 'key')).toBe('FAILED');
    expect(await s3.failureCodes()).toEqual(['DstVersionNotFound']);
  });

  it('a tag added later does not make a version eligible; one that is taken away is not sent', async () => {
    const TAG = { Tag: { Key: 'k', Value: 'v' } };
    await s3.replicate(
      'source',
      ruleTo('destination', { Filter: TAG, DeleteMarkerReplication: { Status: 'Disabled' } }),
    );
    await s3.put('source', 'late');
    await s3.put('source', 'early', 'early', [['k', 'v']]);
    await settle();
    await s3.tag('source', 'late', [['k', 'v']]);
    await s3.tag('source', 'early', []);
    await settle();
    expect(await s3.status('source', 'late')).toBeUndefined();
    expect((await s3.read('destination', 'early'))?.tags).toEqual([['k', 'v']]);
    await s3.tag('source', 'early', [
      ['k', 'v'],
      ['l', 'w'],
    ]);
    await settle();
    expect((await s3.read('destination', 'early'))?.tags).toEqual([
      ['k', 'v'],
      ['l', 'w'],
    ]);
  });

  it('a delivery follows the rule under which the write was accepted', async () => {
    await s3.bucket('second');
    await s3.replicate('source', ruleTo('destination'));
    await s3.put('source', 'key');
    await s3.replicate('source', ruleTo('second'));
    await settle();
    expect((await s3.read('destination', 'key'))?.text).toBe('key');
    expect(await s3.versions('second')).toEqual([]);
  });
});

describe('while one region refuses', () => {
  it('nothing is lost, nothing is FAILED, the others go on, and it catches up', async () => {
    await s3.bucket('second');
    await s3.replicate('source', ruleTo('destination'), ruleTo('second', { Priority: 2 }));
    const blobs = s3.site.disks.regions.get('ap-south-1')?.blobs;
    if (blobs === undefined) throw new Error('no such region');
    blobs.refuses = { reads: true, writes: true };
    await s3.put('source', 'large', 'x'.repeat(2 * 1024 * 1024));
    await s3.put('source', 'small');
    await clock.advance(180_000);
    expect(await s3.status('source', 'large')).toBe('PENDING');
    expect(await s3.read('second', 'large')).toBeDefined();
    blobs.refuses = { reads: false, writes: false };
    await settle();
    expect(await s3.status('source', 'large')).toBe('COMPLETED');
    expect(await s3.status('source', 'small')).toBe('COMPLETED');
    expect(await s3.failureCodes()).toEqual([]);
  });

  it('the same where the server is started without it for a while', async () => {
    await s3.replicate('source', ruleTo('destination'));
    const { disks } = s3.site;
    await s3.reopen(clock, new Map([...disks.regions].filter(([name]) => name === 'us-east-1')), 2);
    await s3.put('source', 'key');
    for (const worker of s3.site.workers) worker.start();
    await clock.advance(180_000);
    expect(await s3.status('source', 'key')).toBe('PENDING');
    expect(await s3.failureCodes()).toEqual([]);
    await s3.reopen(clock, disks.regions, 3);
    for (const worker of s3.site.workers) worker.start();
    await settle();
    expect(await s3.status('source', 'key')).toBe('COMPLETED');
  });

  it('the same where it is the source that cannot be read', async () => {
    await s3.replicate('source', ruleTo('destination'));
    await s3.put('source', 'large', 'x'.repeat(2 * 1024 * 1024));
    const blobs = s3.site.disks.regions.get('us-east-1')?.blobs;
    if (blobs === undefined) throw new Error('no such region');
    blobs.refuses = { reads: true, writes: true };
    await clock.advance(120_000);
    blobs.refuses = { reads: false, writes: false };
    expect(await s3.status('source', 'large')).toBe('PENDING');
    await settle();
    expect(await s3.status('source', 'large')).toBe('COMPLETED');
  });
});
