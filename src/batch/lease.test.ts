import { expect, test } from 'vitest';
import { MemoryDisk, MemoryStore } from '../store/kv/memory.ts';
import { incarnations } from '../store/tables/incarnations.ts';
import { batchRunners } from '../store/tables/jobs.ts';
import { SimulatedClock } from '../testing/simulated-clock.ts';
import { BatchLease, RUNNER_LIFE_MS } from './lease.ts';

async function open() {
  const store = new MemoryStore({ disk: new MemoryDisk() });
  const clock = new SimulatedClock();
  const live = (name: string, dead: boolean) =>
    store.commit({ checks: [], writes: [incarnations.put({ startedAtMs: 0, dead }, name)] });
  await live('now', false);
  const runner = (runnerId: string, incarnation = 'now') =>
    new BatchLease({ store, clock, runnerId, incarnation });
  return { store, clock, live, runner };
}

test('one holds it, for as long as it gives signs of life', async () => {
  const { clock, runner, store } = await open();
  const [one, other] = [runner('one'), runner('other')];
  await one.renew();
  await other.renew();
  expect([one.epoch, other.epoch]).toEqual([expect.any(Number), undefined]);
  expect(() => other.check()).toThrow(/another runner/);
  const { epoch } = one;
  for (let renewals = 0; renewals < 5; renewals += 1) {
    await clock.advance(RUNNER_LIFE_MS / 2);
    await one.renew();
    await other.renew();
  }
  expect([one.epoch, other.epoch]).toEqual([epoch, undefined]);
  await clock.advance(RUNNER_LIFE_MS + 1);
  await other.renew();
  expect(other.epoch).toBeGreaterThan(epoch ?? 0);
  // What the first still wants to commit comes too late.
  expect(await store.commit({ checks: [one.check()], writes: [] })).toEqual({ outcome: 'conflict' });
  await one.renew();
  expect(one.epoch).toBeUndefined();
});

test('given back, it is free at once, and nothing of the holder is left', async () => {
  const { runner, store } = await open();
  const [one, other] = [runner('one'), runner('other')];
  await one.renew();
  await one.release();
  expect(await store.range(batchRunners.range())).toEqual([]);
  await other.renew();
  expect(other.epoch).toBeDefined();
});

test('of a process that is dead nobody waits for', async () => {
  const { live, runner } = await open();
  const [one, other] = [runner('one', 'before'), runner('other')];
  await live('before', false);
  await one.renew();
  await live('before', true);
  await other.renew();
  expect(other.epoch).toBeDefined();
});

test('a sign from a clock that ran ahead counts for nothing', async () => {
  const { clock, runner } = await open();
  const [one, other] = [runner('one'), runner('other')];
  clock.jump(3_600_000);
  await one.renew();
  clock.jump(-3_600_000);
  await other.renew();
  expect(other.epoch).toBeDefined();
});

test('many who take it at once: one has it', async () => {
  const { runner } = await open();
  const runners = Array.from({ length: 10 }, (_, index) => runner(`runner ${index}`));
  await Promise.all(runners.map((one) => one.renew()));
  expect(runners.filter(({ epoch }) => epoch !== undefined)).toHaveLength(1);
});
