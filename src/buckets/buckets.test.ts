import { describe, expect, test } from 'vitest';
import { bucketNames } from '../store/tables/bucket-names.ts';
import { buckets as bucketRows } from '../store/tables/buckets.ts';
import { OWNER, objectsBench } from '../testing/objects-bench.ts';
import { isBucketName } from './bucket-name.ts';
import { deleteBucketPolicy, getBucketPolicy, putBucketPolicy } from './bucket-policy.ts';
import { getBucketTags, putBucketTags } from './bucket-tags.ts';
import { CLAIM_AGE_MS_MAX } from './limits.ts';
import { putVersioning } from './versioning.ts';

const OTHER = '999988887777';
const create = { name: 'mine', region: 'us-east-1', owner: OWNER };

describe('names', () => {
  test.each(['abc', 'a-b.c', '1bucket', 'a'.repeat(63)])('%s is one', (name) => {
    expect(isBucketName(name)).toBe(true);
  });
  test.each([
    'ab',
    'A-bucket',
    'under_score',
    '-a-',
    'a..b',
    '192.168.5.4',
    'a'.repeat(64),
    'xn--a',
    'a-s3alias',
    'abc-',
  ])('%s is none', (name) => {
    expect(isBucketName(name)).toBe(false);
  });
});

describe('creation', () => {
  test('one name has one owner, and its repetition follows AWS', async () => {
    const { context } = await objectsBench();
    const { buckets } = context;
    const first = await buckets.create(create);
    expect(await buckets.create(create)).toEqual(first);
    await expect(buckets.create({ ...create, tags: [['a', 'b']] })).rejects.toMatchObject({
      code: 'BucketAlreadyOwnedByYou',
    });
    await expect(buckets.create({ ...create, owner: OTHER })).rejects.toMatchObject({
      code: 'BucketAlreadyExists',
    });
    await expect(buckets.create({ ...create, name: 'No' })).rejects.toMatchObject({
      code: 'InvalidBucketName',
    });
  });

  test('many at once make one bucket', async () => {
    const { context } = await objectsBench();
    const made = await Promise.allSettled(Array.from({ length: 8 }, () => context.buckets.create(create)));
    const ids = made.map((one) => (one.status === 'fulfilled' ? one.value.row.id : one.reason));
    const now = await context.buckets.require('mine');
    expect(new Set(ids)).toEqual(new Set([now.row.id]));
  });

  test('a claim without a record is no bucket; its owner completes it, others take it over later', async () => {
    const { context, clock, region } = await objectsBench();
    const { buckets, site } = context;
    const row = { region: 'us-east-1', owner: OWNER, bucketId: 'crashed', claimedAtMs: clock.now() };
    for (const name of ['one', 'two']) {
      await site.global.commit({ checks: [], writes: [bucketNames.put(row, name)] });
      expect(await buckets.find(name)).toBeUndefined();
      await expect(buckets.create({ ...create, name, owner: OTHER })).rejects.toMatchObject({
        code: 'OperationAborted',
      });
    }
    expect((await buckets.create({ ...create, name: 'one' })).row.id).toBe('crashed');
    await clock.advance(CLAIM_AGE_MS_MAX + 1);
    const taken = await buckets.create({ ...create, name: 'two', owner: OTHER });
    expect(taken.row).toMatchObject({ owner: OTHER });
    expect(taken.row.id).not.toBe('crashed');
    expect(await region.store.range(bucketRows.range())).toHaveLength(2);
  });

  test('a deletion that crashed before it freed the name leaves neither bucket nor id', async () => {
    const { context, region } = await objectsBench();
    const { buckets, site } = context;
    const first = await buckets.create(create);
    const [claim] = await site.global.get([bucketNames.key('mine')]);
    await buckets.delete(first);
    expect(await region.store.range(bucketRows.range())).toEqual([]);
    // As if the second and third step had not happened.
    await site.global.commit({
      checks: [],
      writes: [{ kind: 'put', key: bucketNames.key('mine'), value: claim?.value ?? Buffer.alloc(0) }],
    });
    const buried = bucketRows.put({ ...first.row, buried: true }, 'mine');
    await region.store.commit({ checks: [], writes: [buried] });
    expect(await buckets.find('mine')).toBeUndefined();
    expect((await buckets.list({ owner: OWNER })).buckets).toEqual([]);
    const second = await buckets.create(create);
    expect(second.row.id).not.toBe(first.row.id);
    expect(await buckets.require('mine')).toEqual(second);
  });

  test('created and deleted at once by many, a success is never taken back by another creation', async () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const { context } = await objectsBench({ seed });
      const { buckets } = context;
      const life = async () => {
        const bucket = await buckets.create(create);
        const seen = await buckets.find('mine');
        await buckets.delete(bucket).catch(() => undefined);
        return seen;
      };
      await Promise.allSettled(Array.from({ length: 6 }, life));
      const last = await buckets.create(create);
      expect((await buckets.require('mine')).row.id).toBe(last.row.id);
    }
  });

  test('a bucket made again is another one', async () => {
    const { context } = await objectsBench();
    const { buckets } = context;
    const first = await buckets.create(create);
    await buckets.delete(first);
    await expect(buckets.require('mine')).rejects.toMatchObject({ code: 'NoSuchBucket' });
    const second = await buckets.create(create);
    expect(second.row.id).not.toBe(first.row.id);
    await expect(buckets.refresh(first)).rejects.toMatchObject({ code: 'NoSuchBucket' });
    await expect(buckets.delete(first)).rejects.toMatchObject({ code: 'NoSuchBucket' });
  });
});

describe('the record', () => {
  test('changes at once do not lose each other, and every reader sees them', async () => {
    const { context } = await objectsBench();
    const { buckets } = context;
    const bucket = await buckets.create(create);
    await Promise.all([
      putVersioning(buckets, bucket, 'Enabled'),
      putBucketTags(buckets, bucket, [['a', 'b']]),
      putBucketPolicy(buckets, bucket, '{}', {}),
    ]);
    const now = await buckets.require('mine');
    expect(now.row.versioning).toBe('Enabled');
    expect(getBucketTags(now)).toEqual([['a', 'b']]);
    expect(getBucketPolicy(now)).toBe('{}');
    await deleteBucketPolicy(buckets, bucket);
    const after = await buckets.require('mine');
    expect(() => getBucketPolicy(after)).toThrow(expect.objectContaining({ code: 'NoSuchBucketPolicy' }));
    expect(await buckets.require('mine')).toBe(after);
  });

  test('versioning stays while a replication configuration needs it', async () => {
    const { context } = await objectsBench();
    const { buckets } = context;
    const bucket = await buckets.create(create);
    const replication = { role: 'arn', schema: 'V2', rules: [] } as const;
    const set = await buckets.update(bucket, (row) => ({ ...row, versioning: 'Enabled', replication }));
    await expect(putVersioning(buckets, set, 'Suspended')).rejects.toMatchObject({
      code: 'InvalidBucketState',
    });
  });

  test('buckets are listed by owner, prefix and page', async () => {
    const { context } = await objectsBench();
    const { buckets } = context;
    for (const name of ['aaa', 'aab', 'bbb']) await buckets.create({ ...create, name });
    await buckets.create({ ...create, name: 'aac', owner: OTHER });
    const names = async (options: object) => {
      const page = await buckets.list({ owner: OWNER, ...options });
      return [page.buckets.map(({ name }) => name), page.next];
    };
    expect(await names({})).toEqual([['aaa', 'aab', 'bbb'], undefined]);
    expect(await names({ bucketsMax: 2 })).toEqual([['aaa', 'aab'], 'aab']);
    expect(await names({ bucketsMax: 2, after: 'aab' })).toEqual([['bbb'], undefined]);
    expect(await names({ prefix: 'aa' })).toEqual([['aaa', 'aab'], undefined]);
    expect(await names({ region: 'ap-south-1' })).toEqual([[], undefined]);
  });
});
