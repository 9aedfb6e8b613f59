import { expect, it } from 'vitest';
import { listVersions } from '../objects/list-versions.ts';
import type { Key, KeyedRow, Range } from '../store/kv/key-value-store.ts';
import { stampOf } from '../store/tables/order-stamp.ts';
import type { PartLayout } from '../store/tables/rows.ts';
import { TABLES } from '../store/tables/table-numbers.ts';
import { makeVersionId } from '../store/tables/version-id.ts';
import { versions } from '../store/tables/versions.ts';
import { HookedStore } from '../testing/hooked-store.ts';
import { JobFixture } from '../testing/job-fixture.ts';
import { objectVersion } from '../testing/manifest-fixture.ts';
import { ruleTo } from '../testing/replication-fixture.ts';

const OBJECTS = 150;
const PARTS = 2_000;
const MIB = 1024 ** 2;

/** Notes how many bytes of versions one read has brought at most. */
class MeasuredStore extends HookedStore {
  bytesMax = 0;

  override async get(keys: readonly Key[]): ReturnType<HookedStore['get']> {
    const rows = await super.get(keys);
    const found = rows.flatMap((row, at) => (keys[at]?.[0] === TABLES.versions ? (row ?? []) : []));
    this.#note(found);
    return rows;
  }

  override async range(range: Range): ReturnType<HookedStore['range']> {
    const rows = await super.range(range);
    if (range.start[0] === TABLES.versions) this.#note(rows);
    return rows;
  }

  #note(rows: readonly Pick<KeyedRow, 'value'>[]): void {
    const bytes = rows.reduce((sum, { value }) => sum + value.length, 0);
    this.bytesMax = Math.max(this.bytesMax, bytes);
  }
}

it('objects of thousands of parts are listed and replicated without holding the rows of many', async () => {
  const stores: MeasuredStore[] = [];
  const fixture = await JobFixture.open({
    wrapStore: (store) => {
      const measured = new MeasuredStore(store, (commit) => commit());
      stores.push(measured);
      return measured;
    },
  });
  const bucket = await fixture.site.buckets.require('source');
  const part: PartLayout = { size: 0, etag: 'd41d8cd98f00b204e9800998ecf8427e' };
  const parts = Array.from({ length: PARTS }, () => part);
  for (let index = 0; index < OBJECTS; index += 1) {
    const stamp = stampOf(fixture.clock.now(), index, '0000000a');
    const versionId = makeVersionId(stamp, fixture.random);
    const row = objectVersion({ versionId, stamp, parts, size: 0, etag: `${part.etag}-${PARTS}` });
    await bucket.region.store.commit({
      checks: [],
      writes: [versions.put(bucket.row.id, `key ${index}`, row)],
    });
  }
  const page = await listVersions(fixture.site.objects, bucket, { entriesMax: 1_000 });
  expect(page.versions).toHaveLength(OBJECTS);
  expect(page.next).toBeUndefined();
  expect(Math.max(...stores.map(({ bytesMax }) => bytesMax))).toBeLessThan(5 * MIB);

  await fixture.replicate('source', ruleTo('destination'));
  fixture.run();
  const jobId = await fixture.create();
  const { progress } = await fixture.until(jobId, 'Complete', 'Failed');
  expect([progress.succeeded, progress.failed]).toEqual([OBJECTS, 0]);
  expect(Math.max(...stores.map(({ bytesMax }) => bytesMax))).toBeLessThan(8 * MIB);
  await fixture.stop();
});
