import * as s3 from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ruleTo } from '../src/testing/replication-fixture.ts';
import { FAR, ReplicationWorld } from './replication-world.ts';
import { refusedWith } from './s3-answers.ts';

/** What must not happen. Absence is asserted once nothing waits any more (`settled`), never after a while. */
let world: ReplicationWorld;

beforeEach(async () => {
  world = await ReplicationWorld.start();
});
afterEach(() => world[Symbol.asyncDispose]());

describe('what does not travel', () => {
  it('an object older than the rule, nor its later tags', async () => {
    await world.put('source', 'old');
    await world.replicate('source', ruleTo('destination'));
    await world.tag('source', 'old', { late: 'yes' });
    const fresh = await world.put('source', 'fresh');
    await world.settled();
    expect(await world.status('source', 'old')).toBeUndefined();
    expect(await world.versions('destination')).toEqual([`fresh ${fresh}`]);
  });

  it('an object of B, itself a replica of A, on to C', async () => {
    await world.bucket('third');
    await world.replicate('source', ruleTo('destination'));
    await world.replicate('destination', ruleTo('third'));
    const version = await world.put('source', 'key');
    const marker = await world.remove('source', 'marked');
    await world.settled();
    expect(await world.versions('destination')).toEqual([`key ${version}`, `x marked ${marker}`]);
    expect(await world.status('destination', 'key')).toBe('REPLICA');
    expect(await world.versions('third')).toEqual([]);
    const own = await world.put('destination', 'own');
    await world.settled();
    expect(await world.versions('third')).toEqual([`own ${own}`]);
  });

  it('nothing goes round between two buckets', async () => {
    await world.replicate('source', ruleTo('destination'));
    await world.replicate('destination', ruleTo('source'));
    await world.put('source', 'one');
    await world.put('destination', 'two');
    await world.tag('source', 'one', { a: '1' });
    await world.settled();
    expect((await world.versions('source')).toSorted()).toEqual(
      (await world.versions('destination')).toSorted(),
    );
    expect(await world.versions('source')).toHaveLength(2);
    expect(await world.status('source', 'one')).toBe('COMPLETED');
    expect(await world.status('source', 'two')).toBe('REPLICA');
    await world.tag('destination', 'one', { a: 'changed there' });
    await world.settled();
    expect(await world.status('destination', 'one')).toBe('REPLICA');
    expect(await world.tags('source', 'one')).toEqual({ a: '1' });
  });

  it('a delete by version id, of an object or of a marker', async () => {
    await world.replicate('source', ruleTo('destination'));
    const kept = await world.put('source', 'kept');
    const version = await world.put('source', 'key');
    const marker = await world.remove('source', 'key');
    await world.settled();
    const arrived = [`kept ${kept}`, `x key ${marker}`];
    expect(await world.versions('destination')).toHaveLength(3);
    await world.remove('source', 'key', version);
    await world.remove('source', 'key', marker);
    await world.settled();
    expect(await world.versions('source')).toEqual([`kept ${kept}`]);
    expect(await world.versions('destination')).toEqual(expect.arrayContaining(arrived));
    expect(await world.versions('destination')).toContain(`key ${version}`);
  });

  it('a version deleted at the source before it left', async () => {
    await world.replicate('source', ruleTo('destination'));
    await world.hold();
    const gone = await world.put('source', 'gone');
    await world.remove('source', 'gone', gone);
    const marker = await world.remove('source', 'marked');
    await world.remove('source', 'marked', marker);
    const kept = await world.put('source', 'kept');
    world.resume();
    await world.settled();
    expect(await world.versions('destination')).toEqual([`kept ${kept}`]);
    expect(await world.failures('source')).toEqual({});
  });

  it('subresources of the bucket', async () => {
    await world.replicate('source', ruleTo('destination'));
    const client = world.s3('source');
    const Bucket = 'source';
    const Tagging = { TagSet: [{ Key: 'team', Value: 'blue' }] };
    await client.send(new s3.PutBucketTaggingCommand({ Bucket, Tagging }));
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: world.partner.account },
          Action: 's3:GetObject',
          Resource: 'arn:aws:s3:::source/*',
        },
      ],
    });
    await client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }));
    await client.send(
      new s3.PutBucketOwnershipControlsCommand({
        Bucket,
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      }),
    );
    await client.send(new s3.DeletePublicAccessBlockCommand({ Bucket }));
    await world.put('source', 'key');
    await world.settled();
    const there = { Bucket: 'destination' };
    const far = world.s3('destination');
    expect(await world.status('destination', 'key')).toBe('REPLICA');
    await expect(far.send(new s3.GetBucketTaggingCommand(there))).rejects.toThrow('TagSet');
    await expect(far.send(new s3.GetBucketPolicyCommand(there))).rejects.toThrow('policy');
    await expect(far.send(new s3.GetBucketReplicationCommand(there))).rejects.toThrow('replication');
    const block = await far.send(new s3.GetPublicAccessBlockCommand(there));
    expect(block.PublicAccessBlockConfiguration?.BlockPublicPolicy).toBe(true);
  });

  it('a tag that makes a version match only later', async () => {
    const Filter = { Tag: { Key: 'class', Value: 'gold' } };
    await world.replicate(
      'source',
      ruleTo('destination', { Filter, DeleteMarkerReplication: { Status: 'Disabled' } }),
    );
    await world.put('source', 'late');
    await world.tag('source', 'late', { class: 'gold' });
    await world.settled();
    expect(await world.status('source', 'late')).toBeUndefined();
    expect(await world.versions('destination')).toEqual([]);
  });
});

describe('rules that change', () => {
  it('a Disabled rule copies nothing, and does not catch up when enabled', async () => {
    await world.replicate('source', ruleTo('destination', { Status: 'Disabled' }));
    await world.put('source', 'missed');
    await world.remove('source', 'missed too');
    await world.replicate('source', ruleTo('destination'));
    const fresh = await world.put('source', 'fresh');
    await world.settled();
    expect(await world.status('source', 'missed')).toBeUndefined();
    expect(await world.versions('destination')).toEqual([`fresh ${fresh}`]);
  });

  it.each(['re-pointed', 'disabled', 'deleted'] as const)(
    'what was PENDING when its rule was %s goes to the old destination',
    async (change) => {
      await world.bucket('third', { region: FAR });
      await world.replicate('source', ruleTo('destination'));
      await world.hold();
      const before = await world.put('source', 'before');
      if (change === 're-pointed') await world.replicate('source', ruleTo('third'));
      else if (change === 'disabled') {
        await world.replicate('source', ruleTo('destination', { Status: 'Disabled' }));
      } else {
        await world.s3('source').send(new s3.DeleteBucketReplicationCommand({ Bucket: 'source' }));
      }
      const after = await world.put('source', 'after');
      world.resume();
      await world.settled();
      expect(await world.versions('destination')).toEqual([`before ${before}`]);
      expect(await world.versions('third')).toEqual(change === 're-pointed' ? [`after ${after}`] : []);
      expect(await world.status('source', 'before')).toBe('COMPLETED');
      expect(await world.status('source', 'after')).toBe(change === 're-pointed' ? 'COMPLETED' : undefined);
    },
  );
});

describe('versioning', () => {
  it.each(['none', 'Suspended'] as const)(
    'a source or destination with %s is refused',
    async (versioning) => {
      await world.bucket('plain', { versioning });
      expect(await refusedWith(world.replicate('plain', ruleTo('destination')))).toBe(
        "400 InvalidRequest Versioning must be 'Enabled' on the bucket to apply a replication configuration",
      );
      expect(await refusedWith(world.replicate('source', ruleTo('plain')))).toBe(
        '400 InvalidRequest Destination bucket must have versioning enabled.',
      );
    },
  );

  it('a source with a rule cannot be suspended', async () => {
    await world.replicate('source', ruleTo('destination'));
    expect(await refusedWith(world.versioning('source', 'Suspended'))).toMatch(/^409 InvalidBucketState /);
  });

  it('a destination suspended later parks what comes', async () => {
    await world.replicate('source', ruleTo('destination'));
    await world.versioning('destination', 'Suspended');
    await world.put('source', 'key');
    await world.settled();
    expect(await world.status('source', 'key')).toBe('FAILED');
    expect(await world.failures('source')).toEqual({ DstBucketUnversioned: 1 });
    await world.versioning('destination', 'Enabled');
    const next = await world.put('source', 'next');
    await world.settled();
    expect(await world.status('source', 'key')).toBe('FAILED');
    expect(await world.versions('destination')).toEqual([`next ${next}`]);
  });

  it('a version removed at the destination by id never comes back', async () => {
    await world.replicate('source', ruleTo('destination'));
    const version = await world.put('source', 'key');
    await world.settled();
    await world.remove('destination', 'key', version);
    await world.tag('source', 'key', { a: '1' });
    await world.settled();
    expect(await world.status('source', 'key')).toBe('FAILED');
    expect(await world.failures('source')).toEqual({ DstVersionNotFound: 1 });
    const next = await world.put('source', 'key');
    await world.settled();
    expect(await world.versions('destination')).toEqual([`key ${next}`]);
  });
});
