// oxlint-disable vitest/no-conditional-expect -- what must hold depends on who won the race
import { describe, expect, test } from 'vitest';
import type { Commit } from '../store/kv/key-value-store.ts';
import type { IntentRule } from '../store/tables/rows.ts';
import { bodyOf, bytesOf, countersAndRows, objectsBench } from '../testing/objects-bench.ts';
import { deleteObject } from './delete-object.ts';
import { listVersions } from './list-versions.ts';
import { putObjectTags } from './object-tags.ts';
import type { Planner } from './planner.ts';
import { putObject } from './put-object.ts';
import { readObject } from './read-object.ts';

const rule: IntentRule = { ruleId: 'r', role: 'role', destination: 'there', ownerOverride: false };
/** Everything goes to two places. */
const everywhere: Planner = {
  plan: (_bucket, change) =>
    ['here', 'there'].map((destination) => ({ kind: change.kind, rule: { ...rule, destination } })),
  names: () => true,
};

describe('writers of one key at once', () => {
  test.each(['unversioned', 'Enabled', 'Suspended'] as const)(
    '%s: nothing is lost, nothing counted twice',
    async (state) => {
      const bench = await objectsBench({ planner: everywhere });
      const { context } = bench;
      const created = await bench.bucket('busy', state === 'unversioned' ? undefined : state);
      const bucket = await context.buckets.update(created, (row) => ({ ...row, replicationSeen: true }));
      const writers = Array.from({ length: 24 }, async (_unused, index) => {
        if (index % 5 === 4) return deleteObject(context, bucket, { key: 'k' });
        const { version } = await putObject(context, bucket, { key: 'k', body: bodyOf(`writer ${index}`) });
        if (index % 5 === 3) {
          await deleteObject(context, bucket, {
            key: 'k',
            versionId: state === 'Enabled' ? version.versionId : 'null',
          });
        }
        return undefined;
      });
      await Promise.all(writers);
      const { counters, rows } = await countersAndRows(bench, bucket);
      expect(counters).toEqual(rows);
      if (state === 'Enabled') {
        expect(rows.versions).toBe(19);
        const { versions } = await listVersions(context, bucket, { entriesMax: 1000 });
        const stamps = versions.map(({ row }) => row.stamp);
        expect(new Set(stamps).size).toBe(stamps.length);
      } else expect(rows.versions).toBeLessThanOrEqual(1);
    },
  );

  test('only one of many with If-None-Match wins, also when its outcome was unknown', async () => {
    let left = 1;
    const faults = {
      commit: (commit: Commit) => {
        const writesVersion = commit.writes.some((write) => write.key[0] === 0x30);
        return writesVersion && left-- > 0 ? ('unknown-written' as const) : undefined;
      },
    };
    const bench = await objectsBench({ faults });
    const bucket = await bench.bucket('once');
    const conditions = { ifNoneMatch: '*' } as const;
    const puts = Array.from({ length: 10 }, (_unused, index) =>
      putObject(bench.context, bucket, { key: 'k', body: bodyOf(String(index)), conditions }),
    );
    const outcomes = await Promise.allSettled(puts);
    const won = outcomes.filter(({ status }) => status === 'fulfilled');
    expect(won).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'PreconditionFailed' });
    }
  });

  test('a large body that loses leaves no blob', async () => {
    const bench = await objectsBench();
    const bucket = await bench.bucket('loser');
    await putObject(bench.context, bucket, { key: 'k', body: bodyOf('first') });
    const late = { key: 'k', body: bodyOf(Buffer.alloc(100_000)), conditions: { ifNoneMatch: '*' } as const };
    await expect(putObject(bench.context, bucket, late)).rejects.toMatchObject({
      code: 'PreconditionFailed',
    });
    expect(bench.blobs.files.size).toBe(0);
  });

  test('a bucket is deleted or written to, never both', async () => {
    for (let round = 0; round < 20; round += 1) {
      const bench = await objectsBench({ seed: round });
      const bucket = await bench.bucket('contested');
      const turns = Array.from({ length: round % 5 }, () => Promise.resolve());
      const put = putObject(bench.context, bucket, { key: 'k', body: bodyOf('x') });
      for (const turn of turns) await turn;
      const [written, deleted] = await Promise.allSettled([put, bench.context.buckets.delete(bucket)]);
      const left = await bench.context.buckets.find('contested');
      if (deleted.status === 'fulfilled') {
        expect(written).toMatchObject({ status: 'rejected', reason: { code: 'NoSuchBucket' } });
        expect(left).toBeUndefined();
      } else {
        expect(deleted.reason).toMatchObject({ code: 'BucketNotEmpty' });
        expect(written.status).toBe('fulfilled');
        const found = await readObject(bench.context, left ?? bucket, { key: 'k' });
        expect((await bytesOf(found.body)).toString()).toBe('x');
      }
    }
  });
});

test('what is removed is no longer pending, whatever was planned of it', async () => {
  const bench = await objectsBench({ planner: everywhere });
  const { context } = bench;
  const created = await bench.bucket('planned', 'Enabled');
  const bucket = await context.buckets.update(created, (row) => ({ ...row, replicationSeen: true }));
  const { version } = await putObject(context, bucket, { key: 'k', body: bodyOf('12345') });
  await putObjectTags(context, bucket, { key: 'k', tags: [['a', 'b']] });
  await putObjectTags(context, bucket, { key: 'k', tags: [['a', 'c']] });
  const before = await countersAndRows(bench, bucket);
  expect(before.counters).toMatchObject({ pendingCount: 4, pendingBytes: 10 });
  expect(before.counters).toEqual(before.rows);
  expect((await readObject(context, bucket, { key: 'k' })).replicationStatus).toBe('PENDING');
  await deleteObject(context, bucket, { key: 'k', versionId: version.versionId });
  const after = await countersAndRows(bench, bucket);
  expect(after.counters).toEqual({ versions: 0, bytes: 0, pendingCount: 0, pendingBytes: 0 });
  expect(after.rows).toEqual(after.counters);
});
