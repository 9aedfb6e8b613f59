import { expect, it } from 'vitest';
import { type Range, StoreUnavailableError } from '../store/kv/key-value-store.ts';
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

it('a list that fills the disk each time fails its job, and leaves the room to others', async () => {
  let room = 0;
  const fixture = await JobFixture.open({
    wrapStore: (store) =>
      new HookedStore(store, (commit, { writes }) => {
        for (const { kind, key } of writes) {
          if (key[0] !== TABLES.jobTasks) continue;
          if (kind === 'put' && room === 0)
            return Promise.reject(new StoreUnavailableError('the disk is full'));
          room += kind === 'put' ? -1 : 1;
        }
        return commit();
      }),
  });
  // More than are written at once.
  for (let index = 0; index < 1_600; index += 1) await fixture.put('source', `key ${index}`);
  await fixture.replicate('source', ruleTo('destination'));
  room = 8;
  fixture.run();
  const jobId = await fixture.create();
  const { job } = await fixture.until(jobId, 'Failed', 'Suspended', 'Complete');
  expect(job.failureReasons).toEqual([
    { code: 'ManifestWriteFailed', reason: 'The list of tasks does not fit on the disk of us-east-1.' },
  ]);
  expect(await fixture.states(jobId)).toBe('New Preparing Failing Failed');
  await fixture.clock.advance(1_000);
  expect(room).toBe(8);
  await fixture.stop();
}, 60_000);
