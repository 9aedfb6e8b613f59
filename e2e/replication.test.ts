import type { ReplicationRule } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ruleTo } from '../src/testing/replication-fixture.ts';
import { FAR, ReplicationWorld } from './replication-world.ts';

let world: ReplicationWorld;

beforeEach(async () => {
  world = await ReplicationWorld.start();
});
afterEach(() => world[Symbol.asyncDispose]());

const NO_MARKERS: Partial<ReplicationRule> = { DeleteMarkerReplication: { Status: 'Disabled' } };

describe('what a rule takes', () => {
  const OBJECTS: readonly [key: string, tagging: string][] = [
    ['logs/gold', 'class=gold&shift=night'],
    ['logs/silver', 'class=silver&shift=night'],
    ['logs/plain', ''],
    ['data/gold', 'class=gold&shift=night'],
    ['Logs/upper', 'Class=gold'],
  ];
  const RULES: readonly [what: string, Filter: ReplicationRule['Filter'], taken: string[]][] = [
    ['everything', {}, OBJECTS.map(([key]) => key)],
    ['an empty prefix', { Prefix: '' }, OBJECTS.map(([key]) => key)],
    ['a prefix', { Prefix: 'logs/' }, ['logs/gold', 'logs/silver', 'logs/plain']],
    ['one tag', { Tag: { Key: 'class', Value: 'gold' } }, ['logs/gold', 'data/gold']],
    [
      'a prefix and a tag',
      { And: { Prefix: 'logs/', Tags: [{ Key: 'class', Value: 'gold' }] } },
      ['logs/gold'],
    ],
    [
      'two tags',
      {
        And: {
          Tags: [
            { Key: 'class', Value: 'silver' },
            { Key: 'shift', Value: 'night' },
          ],
        },
      },
      ['logs/silver'],
    ],
    [
      'a prefix and two tags that nothing has',
      {
        And: {
          Prefix: 'data/',
          Tags: [
            { Key: 'class', Value: 'gold' },
            { Key: 'shift', Value: 'day' },
          ],
        },
      },
      [],
    ],
  ];
  it.each(RULES)('%s', async (_what, Filter, taken) => {
    await world.replicate('source', ruleTo('destination', { ...NO_MARKERS, Filter }));
    for (const [key, Tagging] of OBJECTS) {
      await world.put('source', key, Tagging === '' ? {} : { Tagging });
    }
    await world.settled();
    expect(new Set(await world.keys('destination'))).toEqual(new Set(taken));
    for (const [key] of OBJECTS) {
      expect(await world.status('source', key)).toBe(taken.includes(key) ? 'COMPLETED' : undefined);
      if (taken.includes(key)) expect(await world.text('destination', key)).toBe(key);
    }
  });

  it('V1, by its prefix', async () => {
    const Destination = { Bucket: 'arn:aws:s3:::destination' };
    await world.replicate('source', { ID: 'v1', Prefix: 'logs/', Status: 'Enabled', Destination });
    for (const [key] of OBJECTS) await world.put('source', key);
    await world.settled();
    expect(await world.keys('destination')).toEqual(['logs/gold', 'logs/plain', 'logs/silver']);
  });
});

describe('several rules', () => {
  it.each([
    [1, 2, 'STANDARD_IA'],
    [2, 1, 'GLACIER_IR'],
  ] as const)(
    'priorities %i and %i to one destination: one copy, by the higher',
    async (ia, glacier, wins) => {
      const Bucket = 'arn:aws:s3:::destination';
      await world.replicate(
        'source',
        ruleTo('destination', {
          ID: 'glacier',
          Priority: ia,
          Destination: { Bucket, StorageClass: 'GLACIER_IR' },
        }),
        ruleTo('destination', {
          ID: 'ia',
          Priority: glacier,
          Destination: { Bucket, StorageClass: 'STANDARD_IA' },
        }),
      );
      const version = await world.put('source', 'key');
      await world.settled();
      expect(await world.versions('destination')).toEqual([`key ${version}`]);
      expect((await world.head('destination', 'key')).StorageClass).toBe(wins);
      expect((await world.head('source', 'key')).StorageClass).toBeUndefined();
    },
  );

  it('three destinations, each by its own rule, none below another', async () => {
    await world.bucket('near');
    await world.bucket('third', { region: FAR });
    await world.replicate(
      'source',
      ruleTo('destination'),
      ruleTo('near', { Priority: 5, Filter: { Prefix: 'a' } }),
      ruleTo('third', {
        Priority: 9,
        Destination: { Bucket: 'arn:aws:s3:::third', StorageClass: 'ONEZONE_IA' },
      }),
    );
    const version = await world.put('source', 'all');
    await world.put('source', 'two');
    await world.settled();
    for (const name of ['destination', 'near', 'third']) {
      expect(await world.head(name, 'all')).toMatchObject({
        VersionId: version,
        ReplicationStatus: 'REPLICA',
      });
      expect(await world.text(name, 'all')).toBe('all');
    }
    expect((await world.head('third', 'all')).StorageClass).toBe('ONEZONE_IA');
    expect((await world.head('near', 'all')).StorageClass).toBeUndefined();
    expect(await world.keys('near')).toEqual(['all']);
    expect(await world.keys('third')).toEqual(['all', 'two']);
    expect(await world.status('source', 'all')).toBe('COMPLETED');
  });

  it('FAILED as soon as one of them fails, PENDING before', async () => {
    await world.bucket('near');
    await world.replicate('source', ruleTo('destination'), ruleTo('near', { Priority: 2 }));
    await world.versioning('near', 'Suspended');
    await world.hold();
    await world.put('source', 'key');
    expect(await world.status('source', 'key')).toBe('PENDING');
    world.resume();
    await world.settled();
    expect(await world.status('source', 'key')).toBe('FAILED');
    expect(await world.text('destination', 'key')).toBe('key');
    expect(await world.failures('source')).toEqual({ DstBucketUnversioned: 1 });
  });
});

describe('delete markers that somebody made', () => {
  const RULES: readonly [what: string, rule: ReplicationRule, travels: boolean][] = [
    [
      'V1',
      { ID: 'v1', Prefix: '', Status: 'Enabled', Destination: { Bucket: 'arn:aws:s3:::destination' } },
      true,
    ],
    ['V2 Enabled', ruleTo('destination'), true],
    ['V2 Disabled', ruleTo('destination', NO_MARKERS), false],
    [
      'a tag filter',
      ruleTo('destination', { ...NO_MARKERS, Filter: { Tag: { Key: 'a', Value: '1' } } }),
      false,
    ],
  ];
  it.each(RULES)('under %s', async (_what, rule, travels) => {
    await world.replicate('source', rule);
    const version = await world.put('source', 'key', { Tagging: 'a=1' });
    const marker = await world.remove('source', 'key');
    await world.settled();
    expect(await world.versions('destination')).toEqual([
      `key ${version}`,
      ...(travels ? [`x key ${marker}`] : []),
    ]);
    const reading = world.text('destination', 'key');
    if (travels) await expect(reading).rejects.toMatchObject({ name: 'NoSuchKey' });
    else expect(await reading).toBe('key');
  });
});
