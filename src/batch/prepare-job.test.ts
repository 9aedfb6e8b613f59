import { expect, it } from 'vitest';
import type { Range } from '../store/kv/key-value-store.ts';
import { TABLES } from '../store/tables/table-numbers.ts';
import { HookedStore } from '../testing/hooked-store.ts';
import { JobFixture } from '../testing/job-fixture.ts';
import { ruleTo } from '../testing/replication-fixture.ts';

/** Tells of every read of versions. */
class WatchedStore extends HookedStore {
  onVersionsRead: (() => Promise<void>) | undefined;

  override async range(range: Range): ReturnType<HookedStore['range']> {
    const rows = await super.range(range);
    if (range.start[0] === TABLES.versions) await this.onVersionsRead?.();
    return rows;
  }
}

it('a list to which no version belongs ends when its job is cancelled, not when all were read', async () => {
  const stores: WatchedStore[] = [];
  const fixture = await JobFixture.open({
    wrapStore: (store) => {
      const watched = new WatchedStore(store, (commit) => commit());
      stores.push(watched);
      return watched;
    },
  });
  for (let index = 0; index < 1_000; index += 1) await fixture.put('source', `key ${index}`);
  await fixture.replicate('source', ruleTo('destination'));
  const filter = { eligibleForReplication: true, keySuffixes: ['none ends so'] };
  const jobId = await fixture.create({
    source: { kind: 'generator', sourceBucket: 'arn:aws:s3:::source', filter },
  });
  let reads = 0;
  for (const store of stores) {
    store.onVersionsRead = async () => {
      reads += 1;
      if (reads === 2) await fixture.cancel(jobId);
    };
  }
  fixture.run();
  await fixture.until(jobId, 'Cancelled');
  await fixture.stop();
  // 16 + 32 + 64 rows: in all there are 1,000.
  expect(reads).toBeLessThanOrEqual(3);
  expect(await fixture.states(jobId)).toBe('New Preparing Cancelling Cancelled');
});
