import type { ReplicationRule } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { putVersioning } from '../../buckets/versioning.ts';
import { prepareRemoval } from '../../objects/removal.ts';
import { Tally } from '../../objects/tally.ts';
import { deliveries } from '../../store/tables/deliveries.ts';
import { stampOfVersionId } from '../../store/tables/version-id.ts';
import { batchContextOf, jobRow, setBatchRolePolicy } from '../../testing/batch-fixture.ts';
import { DeliveryFixture } from '../../testing/delivery-fixture.ts';
import { rolePolicy, ruleTo } from '../../testing/replication-fixture.ts';
import { prepareReplication } from './prepare-chunk.ts';

let s3: DeliveryFixture;

/** Time for everything that is going to happen. */
const settle = () => s3.clock.advance(60_000);

beforeEach(async () => {
  s3 = await DeliveryFixture.open();
  s3.startWorkers();
  return async () => {
    expect(await s3.counterDifferences()).toEqual([]);
    await s3.stopWorkers();
  };
});

describe('a task of S3ReplicateObject', () => {
  it('copies what was there before the rule: every version and the marker', async () => {
    const first = await s3.put('source', 'key', 'one', [['a', 'b']]);
    const second = await s3.put('source', 'key', 'two');
    const marker = await s3.remove('source', 'key');
    await s3.replicate('source', ruleTo('destination'));
    await settle();
    expect(await s3.versions('destination')).toEqual([]);
    const chunk = await s3.start(
      [first, second, marker ?? ''].map((versionId) => ({ key: 'key', versionId })),
    );
    expect(await s3.status('source', 'key', first)).toBe('PENDING');
    await settle();
    expect(await s3.outcomes(chunk)).toEqual(['success', 'success', 'success']);
    expect((await s3.versions('destination')).map(({ versionId }) => versionId)).toEqual([
      marker,
      second,
      first,
    ]);
    const [original, replica] = [
      await s3.read('source', 'key', first),
      await s3.read('destination', 'key', first),
    ];
    expect(replica).toMatchObject({ text: 'one', tags: [['a', 'b']], replicationStatus: 'REPLICA' });
    expect(original?.replicationStatus).toBe('COMPLETED');
    expect(replica?.lastModifiedMs).toBe(original?.lastModifiedMs);
    expect(await s3.batchPending()).toEqual([]);
  });

  it('finds the newest version where the manifest names none, and the null version', async () => {
    await s3.bucket('old', { versioned: false });
    await s3.put('old', 'key', 'null');
    await putVersioning(s3.site.buckets, await s3.site.buckets.require('old'), 'Enabled');
    await s3.put('old', 'key', 'newest');
    await s3.rolePolicy(rolePolicy('old', ['destination']));
    await s3.replicate('old', ruleTo('destination'));
    const chunk = await s3.start([
      { bucket: 'old', key: 'key', versionId: 'null' },
      { bucket: 'old', key: 'key' },
    ]);
    await settle();
    expect(await s3.outcomes(chunk)).toEqual(['success', 'success']);
    expect((await s3.read('destination', 'key', 'null'))?.text).toBe('null');
    expect((await s3.read('destination', 'key'))?.text).toBe('newest');
  });

  it('says of each line why it cannot be replicated', async () => {
    const key = await s3.put('source', 'key');
    const gone = await s3.put('source', 'gone');
    await s3.remove('source', 'gone', gone);
    const tagged = await s3.put('source', 'tagged', 'tagged', [['class', 'gold']]);
    await s3.bucket('elsewhere', { region: 'ap-south-1' });
    await s3.bucket('no-rules');
    await s3.replicate(
      'source',
      ruleTo('destination', {
        Filter: { Tag: { Key: 'class', Value: 'gold' } },
        DeleteMarkerReplication: { Status: 'Disabled' },
      }),
    );
    const chunk = await s3.start([
      { key: 'key', versionId: '' },
      { key: 'key', versionId: key },
      { key: 'gone', versionId: gone },
      { key: 'gone' },
      { key: 'key', versionId: 'never-issued' },
      { key: 'other', versionId: key },
      { key: 'key', versionId: 'null' },
      { bucket: 'nowhere', key: 'key' },
      { bucket: 'elsewhere', key: 'key' },
      { bucket: 'no-rules', key: 'key' },
      { key: 'tagged', versionId: tagged },
    ]);
    expect(await s3.outcomes(chunk)).toEqual([
      'InvalidRequest',
      'SrcObjectNotEligible',
      'SrcVersionNotFound',
      'SrcKeyNotFound',
      'SrcVersionNotFound',
      'SrcVersionNotFound',
      'SrcVersionNotFound',
      'SrcBucketNotFound',
      'SrcBucketInvalidRegion',
      'SrcBucketReplicationConfigMissing',
      'waiting',
    ]);
    await settle();
    expect((await s3.outcomes(chunk)).at(-1)).toBe('success');
    expect((await s3.results(chunk)).slice(0, 4)).toMatchObject([
      { httpStatus: 400 },
      { httpStatus: 500 },
      { httpStatus: 404 },
      { httpStatus: 404 },
    ]);
  });

  it('looks at tags as they are now, not as they were at the PUT', async () => {
    const versionId = await s3.put('source', 'key');
    await s3.replicate(
      'source',
      ruleTo('destination', {
        Filter: { Tag: { Key: 'class', Value: 'gold' } },
        DeleteMarkerReplication: { Status: 'Disabled' },
      }),
    );
    await s3.tag('source', 'key', [['class', 'gold']]);
    const chunk = await s3.start([{ key: 'key', versionId }]);
    await settle();
    expect(await s3.outcomes(chunk)).toEqual(['success']);
    expect((await s3.read('destination', 'key'))?.tags).toEqual([['class', 'gold']]);
  });

  it('needs s3:InitiateReplication on the object, and a role that can be assumed', async () => {
    const allowed = await s3.put('source', 'allowed/key');
    const other = await s3.put('source', 'other/key');
    await s3.replicate('source', ruleTo('destination'));
    const tasks = [
      { key: 'allowed/key', versionId: allowed },
      { key: 'other/key', versionId: other },
    ];
    await setBatchRolePolicy(s3.site, [
      { Effect: 'Allow', Action: 's3:InitiateReplication', Resource: 'arn:aws:s3:::source/allowed/*' },
    ]);
    const chunk = await s3.start(tasks);
    await settle();
    expect(await s3.outcomes(chunk)).toEqual(['success', 'InitiateReplicationNotPermitted']);
    const nobody = jobRow({ roleArn: 'arn:aws:iam::111122223333:role/nobody' });
    const refused = await s3.start(tasks, nobody);
    expect(await s3.outcomes(refused, nobody)).toEqual(['AssumeRoleNotPermitted', 'AssumeRoleNotPermitted']);
    expect((await s3.results(refused, nobody))[0]).toMatchObject({ httpStatus: 403 });
  });

  it('hears of it when its version is removed before it was delivered, live or not', async () => {
    await s3.stopWorkers();
    const early = await s3.put('source', 'early');
    await s3.replicate('source', ruleTo('destination'), ruleTo('second', { Priority: 2 }));
    const late = await s3.put('source', 'late');
    const chunk = await s3.start([
      { key: 'early', versionId: early },
      { key: 'late', versionId: late },
    ]);
    await s3.remove('source', 'early', early);
    await s3.remove('source', 'late', late);
    expect(await s3.outcomes(chunk)).toEqual(['SrcVersionNotFound', 'SrcVersionNotFound']);
    expect(await s3.answers(chunk)).toHaveProperty('size', 4);
    expect(await s3.batchPending()).toEqual([]);
  });

  it('is started under one configuration: a change of rules in between is a conflict', async () => {
    const versionId = await s3.put('source', 'key');
    await s3.replicate('source', ruleTo('destination'));
    const context = batchContextOf(s3.site);
    const chunk = { number: 0, tasks: [{ key: 'key', versionId }] };
    const prepared = await prepareReplication(context, s3.region, jobRow(), chunk);
    await s3.replicate('source', ruleTo('second'));
    const { checks, writes } = prepared;
    expect(await s3.region.store.commit({ checks, writes })).toEqual({ outcome: 'conflict' });
  });

  it('cannot be started for a version that is removed in between', async () => {
    const versionId = await s3.put('source', 'key');
    await s3.replicate('source', ruleTo('destination'));
    const context = batchContextOf(s3.site);
    const chunk = { number: 0, tasks: [{ key: 'key', versionId }] };
    const { checks, writes } = await prepareReplication(context, s3.region, jobRow(), chunk);
    await s3.remove('source', 'key', versionId);
    expect(await s3.region.store.commit({ checks, writes })).toEqual({ outcome: 'conflict' });
  });

  it('is not forgotten by a removal that was prepared before it was started', async () => {
    const versionId = await s3.put('source', 'key');
    await s3.replicate('source', ruleTo('destination'));
    const bucket = await s3.site.buckets.require('source');
    const stamp = stampOfVersionId(versionId) ?? '';
    const removal = await prepareRemoval(bucket, 'key', stamp, new Tally(), s3.clock.now());
    await s3.start([{ key: 'key', versionId }]);
    const outcome = await s3.region.store.commit({ checks: removal?.checks ?? [], writes: [] });
    expect(outcome).toEqual({ outcome: 'conflict' });
    await settle();
  });

  it.each([
    ['for the first time', false],
    ['after it failed', true],
  ])('takes along tags that were prepared before it was started %s', async (_, failed) => {
    if (failed) {
      await s3.rolePolicy(rolePolicy('source', ['elsewhere']));
      await s3.replicate('source', ruleTo('destination'));
    }
    const versionId = await s3.put('source', 'key', 'key', [['n', 'old']]);
    await settle();
    await s3.rolePolicy(rolePolicy('source', ['destination']));
    await s3.replicate('source', ruleTo('destination'));
    const { store } = s3.region;
    const commit = store.commit.bind(store);
    vi.spyOn(store, 'commit').mockImplementationOnce(async (ofTags) => {
      await s3.start([{ key: 'key', versionId }]);
      await settle();
      return await commit(ofTags);
    });
    await s3.tag('source', 'key', [['n', 'new']]);
    await settle();
    expect(await s3.status('source', 'key')).toBe('COMPLETED');
    expect((await s3.read('destination', 'key'))?.tags).toEqual([['n', 'new']]);
  });

  it('copies with the role of the configuration, and fails with its failures', async () => {
    const versionId = await s3.put('source', 'key');
    await s3.rolePolicy(rolePolicy('source', ['elsewhere']));
    await s3.replicate('source', ruleTo('destination'));
    const chunk = await s3.start([{ key: 'key', versionId }]);
    await settle();
    expect(await s3.outcomes(chunk)).toEqual(['DstPutObjectNotPermitted']);
    expect(await s3.status('source', 'key')).toBe('FAILED');
    expect(await s3.parked()).toMatchObject([{ class: 'batch', failureCode: 'DstPutObjectNotPermitted' }]);
    const [parked] = await s3.parked();
    expect(Object.keys(parked ?? {})).not.toContain('waiting');
    // What failed is tried again by the next job, once it is repaired.
    await s3.rolePolicy(rolePolicy('source', ['destination']));
    const again = await s3.start([{ key: 'key', versionId }]);
    expect(await s3.status('source', 'key')).toBe('PENDING');
    await settle();
    expect(await s3.outcomes(again)).toEqual(['success']);
    expect(await s3.status('source', 'key')).toBe('COMPLETED');
    expect(await s3.parked()).toEqual([]);
  });
});

describe('with several destinations', () => {
  const both = () =>
    s3.replicate('source', ruleTo('destination', { Priority: 1 }), ruleTo('second', { Priority: 2 }));

  it('a task succeeds when all did, and reports the failure of the first rule by priority', async () => {
    const versionId = await s3.put('source', 'key');
    await both();
    const chunk = await s3.start([{ key: 'key', versionId }]);
    expect((await s3.chunk(chunk)).waitsFor).toEqual([['second', 'destination']]);
    await settle();
    expect(await s3.outcomes(chunk)).toEqual(['success']);
    // Neither may be written any more: removed by its id here, and by permission there.
    await s3.remove('destination', 'key', versionId);
    await s3.rolePolicy(rolePolicy('source', ['destination']));
    const failing = await s3.start([{ key: 'key', versionId }]);
    await settle();
    expect(await s3.outcomes(failing)).toEqual(['DstPutObjectNotPermitted']);
    expect((await s3.answers(failing)).get('0 destination')).toMatchObject({ code: 'DstObjectHardDeleted' });
  });

  it('a new destination is filled with what says COMPLETED; the old one stays as it is', async () => {
    await s3.replicate('source', ruleTo('destination'));
    const versionId = await s3.put('source', 'key');
    await settle();
    expect(await s3.status('source', 'key')).toBe('COMPLETED');
    await both();
    const chunk = await s3.start([{ key: 'key', versionId }]);
    await settle();
    expect(await s3.outcomes(chunk)).toEqual(['success']);
    expect((await s3.read('second', 'key'))?.text).toBe('key');
    expect(await s3.versions('destination')).toHaveLength(1);
  });
});

describe('a destination whose region is not served', () => {
  it('fails the task after some attempts: nobody waits for a report for ever', async () => {
    const versionId = await s3.put('source', 'key');
    await s3.replicate('source', ruleTo('second'));
    await s3.stopWorkers();
    const chunk = await s3.start([{ key: 'key', versionId }]);
    await s3.restart(['us-east-1']);
    await s3.clock.advance(600_000);
    expect(await s3.outcomes(chunk)).toEqual(['InternalError']);
    expect(await s3.status('source', 'key')).toBe('FAILED');
  });
});

describe('a destination that has left the rules', () => {
  const statusesOfRows = async () => {
    const { region, row } = await s3.site.buckets.require('source');
    const rows = await region.store.range(deliveries.bucketRange(row.id));
    return rows.map((stored) => [deliveries.destinationOf(stored), deliveries.decode(stored).status]);
  };

  /** FAILED towards `destination`, which only the first rules name. */
  const failedThere = async (rules: readonly ReplicationRule[] = [ruleTo('destination')]) => {
    await s3.rolePolicy(rolePolicy('source', ['second']));
    await s3.replicate('source', ...rules);
    const versionId = await s3.put('source', 'key', 'key', [['n', 'old']]);
    await settle();
    expect(await s3.status('source', 'key')).toBe('FAILED');
    await s3.replicate('source', ruleTo('second'));
    return versionId;
  };

  it('leaves no version FAILED that a job delivers to where the rules of now send it', async () => {
    const versionId = await failedThere();
    // A version that two tasks name is one version.
    const chunk = await s3.start([{ key: 'key', versionId }, { key: 'key' }]);
    expect(await s3.status('source', 'key')).toBe('FAILED');
    await settle();
    expect(await s3.outcomes(chunk)).toEqual(['success', 'success']);
    expect(await s3.status('source', 'key')).toBe('COMPLETED');
    expect(await s3.parked()).toEqual([]);
  });

  it('and none whose tags change', async () => {
    await failedThere([ruleTo('destination'), ruleTo('second', { Priority: 2 })]);
    await s3.tag('source', 'key', [['n', 'new']]);
    expect(await s3.status('source', 'key')).toBe('FAILED');
    await settle();
    expect(await s3.status('source', 'key')).toBe('COMPLETED');
    expect((await s3.read('second', 'key'))?.tags).toEqual([['n', 'new']]);
    expect(await s3.parked()).toEqual([]);
  });

  it('is remembered where the version had arrived, and left alone while a Disabled rule names it', async () => {
    const withoutTags = JSON.parse(rolePolicy('source', ['destination', 'second'])) as {
      Statement: object[];
    };
    withoutTags.Statement.push({
      Effect: 'Deny',
      Action: 's3:ReplicateTags',
      Resource: 'arn:aws:s3:::destination/*',
    });
    await s3.rolePolicy(JSON.stringify(withoutTags));
    await s3.replicate('source', ruleTo('destination'));
    const versionId = await s3.put('source', 'key', 'key', [['n', 'old']]);
    await settle();
    await s3.replicate(
      'source',
      ruleTo('destination', { Status: 'Disabled' }),
      ruleTo('second', { Priority: 2 }),
    );
    await s3.start([{ key: 'key', versionId }]);
    await settle();
    expect(await s3.status('source', 'key')).toBe('FAILED');
    await s3.replicate('source', ruleTo('second'));
    await s3.start([{ key: 'key', versionId }]);
    await settle();
    expect(await statusesOfRows()).toEqual([
      ['destination', 'COMPLETED'],
      ['second', 'COMPLETED'],
    ]);
    expect(await s3.parked()).toEqual([]);
    // Named again, it takes part in the next change.
    await s3.rolePolicy(rolePolicy('source', ['destination', 'second']));
    await s3.replicate('source', ruleTo('destination'));
    await s3.tag('source', 'key', [['n', 'new']]);
    await settle();
    expect((await s3.read('destination', 'key'))?.tags).toEqual([['n', 'new']]);
  });

  it('stays failed where the job is cancelled before the version arrives', async () => {
    const versionId = await failedThere();
    await s3.stopWorkers();
    const chunk = await s3.start([{ key: 'key', versionId }]);
    expect(await s3.withdraw(chunk)).toBe(1);
    expect(await s3.status('source', 'key')).toBe('FAILED');
    expect(await s3.parked()).toHaveLength(1);
  });

  it('stays failed until all destinations of now have the version', async () => {
    const versionId = await failedThere([ruleTo('destination'), ruleTo('second', { Priority: 2 })]);
    await s3.bucket('third');
    await s3.replicate('source', ruleTo('second'), ruleTo('third', { Priority: 2 }));
    // The role may not write into the third.
    await s3.start([{ key: 'key', versionId }]);
    await settle();
    expect(await s3.status('source', 'key')).toBe('FAILED');
    await s3.rolePolicy(rolePolicy('source', ['second', 'third']));
    await s3.start([{ key: 'key', versionId }]);
    await settle();
    expect(await s3.status('source', 'key')).toBe('COMPLETED');
    expect(await s3.parked()).toEqual([]);
  });
});

describe('what was delivered before', () => {
  beforeEach(async () => {
    await s3.replicate('source', ruleTo('destination'));
  });

  it('succeeds again without a second copy', async () => {
    const versionId = await s3.put('source', 'key');
    await settle();
    const chunk = await s3.start([{ key: 'key', versionId }]);
    await settle();
    expect(await s3.outcomes(chunk)).toEqual(['success']);
    expect(await s3.versions('destination')).toHaveLength(1);
    expect(await s3.status('source', 'key')).toBe('COMPLETED');
  });

  it('does not come back where it was deleted by its id', async () => {
    const versionId = await s3.put('source', 'key');
    await settle();
    await s3.remove('destination', 'key', versionId);
    const chunk = await s3.start([{ key: 'key', versionId }]);
    await settle();
    expect(await s3.outcomes(chunk)).toEqual(['DstObjectHardDeleted']);
    expect(await s3.versions('destination')).toEqual([]);
  });

  it('is copied again where the bucket was made anew', async () => {
    const versionId = await s3.put('source', 'key');
    await settle();
    await s3.remove('destination', 'key', versionId);
    await s3.site.buckets.delete(await s3.site.buckets.require('destination'));
    await s3.bucket('destination');
    const chunk = await s3.start([{ key: 'key', versionId }]);
    await settle();
    expect(await s3.outcomes(chunk)).toEqual(['success']);
    expect((await s3.read('destination', 'key', versionId))?.text).toBe('key');
  });

  it('a replica is sent on, which live replication never does, and stays REPLICA', async () => {
    await s3.rolePolicy(rolePolicy('*', ['destination', 'second']));
    await s3.replicate('destination', ruleTo('second'));
    const versionId = await s3.put('source', 'key');
    await settle();
    expect(await s3.read('second', 'key')).toBeUndefined();
    const job = jobRow({
      source: { kind: 'generator', sourceBucket: 'arn:aws:s3:::destination', filter: {} },
    });
    const chunk = await s3.start([{ key: 'key', versionId }], job);
    expect(await s3.status('destination', 'key')).toBe('REPLICA');
    await settle();
    expect(await s3.outcomes(chunk, job)).toEqual(['success']);
    expect(await s3.status('destination', 'key')).toBe('REPLICA');
    expect((await s3.read('second', 'key', versionId))?.text).toBe('key');
  });
});
