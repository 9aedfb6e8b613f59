import { expect, it } from 'vitest';
import type { Commit, Key } from '../../store/kv/key-value-store.ts';
import { TABLES } from '../../store/tables/table-numbers.ts';
import { versions } from '../../store/tables/versions.ts';
import { HookedStore } from '../../testing/hooked-store.ts';
import { openMemorySite } from '../../testing/memory-site.ts';
import { ReplicationFixture, rolePolicy, ruleTo } from '../../testing/replication-fixture.ts';
import { SeededRandom } from '../../testing/seeded-random.ts';
import { SimulatedClock } from '../../testing/simulated-clock.ts';

const LARGE = 60;
const BYTES = 'x'.repeat(1024 * 1024);

/** Counts reads of versions. */
class CountedStore extends HookedStore {
  versionsRead = 0;

  override get(keys: readonly Key[]): ReturnType<HookedStore['get']> {
    this.versionsRead += keys.filter((key) => key[0] === TABLES.versions).length;
    return super.get(keys);
  }
}

it('large objects wait for each other without being read again and again, and small ones pass them', async () => {
  const clock = new SimulatedClock();
  const stores = new Map<string, CountedStore>();
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const isLargeReplica = ({ writes }: Commit) =>
    writes.some((write) => {
      if (write.kind !== 'put' || write.key[0] !== TABLES.versions) return false;
      const version = versions.decode({ value: Buffer.from(write.value) });
      return version.kind === 'object' && version.size >= BYTES.length;
    });
  const site = await openMemorySite({
    clock,
    random: new SeededRandom(1),
    wrapStore: (store, name) => {
      const counted = new CountedStore(store, async (commit, what) => {
        if (name === 'ap-south-1' && isLargeReplica(what)) await opened;
        return await commit();
      });
      stores.set(name, counted);
      return counted;
    },
  });
  const s3 = new ReplicationFixture(site);
  await s3.accounts();
  await s3.bucket('source');
  await s3.bucket('far', { region: 'ap-south-1' });
  await s3.role(rolePolicy('source', ['far']));
  await s3.replicate('source', ruleTo('far'));
  for (let index = 0; index < LARGE; index += 1) await s3.put('source', `large ${index}`, BYTES);
  for (const worker of site.workers) worker.start();
  await clock.advance(2_000);
  const source = stores.get('us-east-1');
  const before = source?.versionsRead ?? 0;
  await clock.advance(60_000);
  expect((source?.versionsRead ?? 0) - before).toBeLessThan(LARGE);

  await s3.put('source', 'small');
  await clock.advance(1_000);
  expect(await s3.status('source', 'small')).toBe('COMPLETED');
  expect(await s3.status('source', 'large 0')).toBe('PENDING');
  open();
  await clock.advance(300_000);
  expect((await s3.versions('far')).length).toBe(LARGE + 1);
  await clock.run(Promise.all(site.workers.map((worker) => worker.stop())));
}, 60_000);
