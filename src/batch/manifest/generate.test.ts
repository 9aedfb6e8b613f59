import { describe, expect, it } from 'vitest';
import { stampOf } from '../../store/tables/order-stamp.ts';
import { versions } from '../../store/tables/versions.ts';
import { jobRow } from '../../testing/batch-fixture.ts';
import { objectVersion, openManifestFixture } from '../../testing/manifest-fixture.ts';
import { ruleTo } from '../../testing/replication-fixture.ts';

const SITE = '0000000a';

describe('a generated manifest', () => {
  it('lists every version, keys in order and the oldest version first, then the marker above them', async () => {
    const { s3, clock, generate } = await openManifestFixture();
    const b1 = await s3.put('source', 'b');
    await clock.advance(1_000);
    const b2 = await s3.put('source', 'b');
    const marker = await s3.remove('source', 'b');
    const a = await s3.put('source', 'a');
    await s3.replicate('source', ruleTo('destination'));
    expect(await generate()).toEqual([
      { key: 'a', versionId: a },
      { key: 'b', versionId: b1 },
      { key: 'b', versionId: b2 },
      { key: 'b', versionId: marker },
    ]);
  });

  it('calls the version of before versioning null', async () => {
    const { s3, generate } = await openManifestFixture();
    await s3.site.buckets.delete(await s3.site.buckets.require('source'));
    await s3.bucket('source', { versioned: false });
    await s3.put('source', 'a');
    await s3.site.buckets.update(await s3.site.buckets.require('source'), (row) => ({
      ...row,
      versioning: 'Enabled',
    }));
    const later = await s3.put('source', 'a');
    await s3.replicate('source', ruleTo('destination'));
    expect(await generate()).toEqual([
      { key: 'a', versionId: 'null' },
      { key: 'a', versionId: later },
    ]);
  });

  it('names no version in a bucket that was never versioned', async () => {
    const { s3, tasksOf } = await openManifestFixture();
    await s3.bucket('plain', { versioned: false });
    await s3.put('plain', 'a');
    const source = { kind: 'generator', sourceBucket: 'arn:aws:s3:::plain', filter: {} } as const;
    const job = jobRow({ source, operation: { name: 'S3DeleteObjectTagging' } });
    expect(await tasksOf(job)).toEqual([{ key: 'a' }]);
  });

  it('looks at tags as they are now', async () => {
    const { s3, generate } = await openManifestFixture();
    const tagged = await s3.put('source', 'a');
    await s3.put('source', 'b', 'b', [['team', 'data']]);
    await s3.replicate(
      'source',
      ruleTo('destination', {
        Filter: { Tag: { Key: 'team', Value: 'data' } },
        DeleteMarkerReplication: { Status: 'Disabled' },
      }),
    );
    await s3.tag('source', 'a', [['team', 'data']]);
    await s3.tag('source', 'b', []);
    expect(await generate()).toEqual([{ key: 'a', versionId: tagged }]);
  });

  it('goes on behind a key of any number of versions', async () => {
    const { s3, region, generate } = await openManifestFixture();
    await s3.replicate('source', ruleTo('destination'));
    const { row } = await s3.site.buckets.require('source');
    const counts = { a: 3, b: 1_500, c: 1, d: 600, e: 40 };
    const expected = Object.entries(counts).flatMap(([key, count]) =>
      Array.from({ length: count }, (_, number) => ({ key, versionId: `${key}${number}` })),
    );
    const writes = expected.map(({ key, versionId }, number) =>
      versions.put(row.id, key, objectVersion({ versionId, stamp: stampOf(1_000 + number, 0, SITE) })),
    );
    await region.store.commit({ checks: [], writes });
    expect(await generate()).toEqual(expected);
  });
});
