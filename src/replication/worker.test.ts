import { describe, expect, it } from 'vitest';
import type { Region } from '../buckets/region.ts';
import { type LogFields, type Logger, silentLogger } from '../lib/logger.ts';
import { MemoryBlobDisk, MemoryBlobStore } from '../store/blobs/memory-blob-store.ts';
import { ABSENT } from '../store/kv/key-value-store.ts';
import { MemoryDisk, type MemoryFaults, MemoryStore } from '../store/kv/memory.ts';
import { counters } from '../store/tables/counters.ts';
import { deliveries } from '../store/tables/deliveries.ts';
import { incarnations } from '../store/tables/incarnations.ts';
import { intents, parkedIntents } from '../store/tables/intents.ts';
import { stampOf } from '../store/tables/order-stamp.ts';
import type { DeliveryRow, IntentRow, ObjectVersion } from '../store/tables/rows.ts';
import { versions } from '../store/tables/versions.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import { SimulatedClock } from '../testing/simulated-clock.ts';
import { verifyCounters } from './verify-counters.ts';
import type { Claim } from './worker/claim.ts';
import type { Outcome } from './worker/outcome.ts';
import { ReplicationWorker } from './worker.ts';

const BUCKET = { id: 'bucket-id', name: 'source' };
const SIZE = 7;

interface Started {
  readonly clock: SimulatedClock;
  readonly store: MemoryStore;
  readonly attempts: string[];
  readonly worker: (
    id: string,
    task: Task,
    more?: { logger?: Logger; concurrency?: number },
  ) => ReplicationWorker;
}
type Task = (claim: Claim) => Promise<Outcome> | Outcome;

async function start(options: { faults?: MemoryFaults; disk?: MemoryDisk } = {}): Promise<Started> {
  const clock = new SimulatedClock();
  const random = new SeededRandom(1);
  const store = new MemoryStore({ disk: options.disk ?? new MemoryDisk(), faults: options.faults ?? {} });
  const blobs = new MemoryBlobStore(new MemoryBlobDisk(), 'life', random);
  const region: Region = { name: 'us-east-1', store, blobs };
  await store.commit({ checks: [], writes: [incarnations.put({ startedAtMs: 0 }, 'life')] });
  const attempts: string[] = [];
  return {
    clock,
    store,
    attempts,
    worker: (workerId, task, more = {}) =>
      new ReplicationWorker({
        region,
        workerId,
        incarnation: 'life',
        clock,
        random,
        logger: more.logger ?? silentLogger,
        concurrency: more.concurrency ?? 16,
        runTask: async (claim) => {
          attempts.push(claim.intent.key);
          return task(claim);
        },
      }),
  };
}

function intentOf(key: string, number: number, more: Partial<IntentRow> = {}): IntentRow {
  const stamp = stampOf(1_000 + number, 0, '0000000a');
  return {
    sourceBucketId: BUCKET.id,
    sourceBucket: BUCKET.name,
    key,
    stamp,
    versionId: `version-of-${key}`,
    kind: 'object',
    changeStamp: stamp,
    class: 'live',
    size: SIZE,
    rule: { ruleId: 'rule', role: 'role', destination: 'destination', ownerOverride: false },
    createdAtMs: 0,
    attempts: 0,
    nextAttemptAtMs: 0,
    ...more,
  };
}

async function write(store: MemoryStore, intent: IntentRow): Promise<void> {
  const { key, stamp, rule } = intent;
  const labels = [BUCKET.id, rule.ruleId, rule.destination, 'live'] as const;
  const delivery: DeliveryRow = {
    status: 'PENDING',
    ruleId: rule.ruleId,
    changeStamp: intent.changeStamp,
    changedAtMs: 0,
    delivered: false,
  };
  const version = { kind: 'object', stamp, versionId: intent.versionId, size: SIZE, bytes: [] };
  const result = await store.commit({
    checks: [intents.check(ABSENT, intent)],
    writes: [
      versions.put(BUCKET.id, key, version as unknown as ObjectVersion),
      intents.put(intent),
      deliveries.put(delivery, BUCKET.id, key, stamp, rule.destination),
      counters.add(counters.pendingCount(...labels), 1),
      counters.add(counters.pendingBytes(...labels), intent.size),
      counters.add(counters.bucketVersions(BUCKET.id), 1),
      counters.add(counters.bucketBytes(BUCKET.id), SIZE),
    ],
  });
  expect(result.outcome).toBe('committed');
}

async function statusOf(store: MemoryStore, intent: IntentRow): Promise<DeliveryRow | undefined> {
  const [row] = await store.get([
    deliveries.key(BUCKET.id, intent.key, intent.stamp, intent.rule.destination),
  ]);
  return row === undefined ? undefined : deliveries.decode(row);
}

const pending = async (store: MemoryStore) =>
  (await store.range(intents.range())).map((row) => intents.decode(row));
const parked = async (store: MemoryStore) =>
  (await store.range(parkedIntents.range())).map((row) => parkedIntents.decode(row));
const delivered: Task = () => ({ kind: 'delivered' });

describe('a worker', () => {
  it('delivers what was pending before it started, and what is written after', async () => {
    const { clock, store, attempts, worker } = await start();
    const before = intentOf('before', 1);
    await write(store, before);
    const running = worker('w', delivered);
    running.start();
    await clock.advance(0);
    expect(attempts).toEqual(['before']);
    const after = intentOf('after', 2);
    await write(store, after);
    await clock.advance(0);
    expect(attempts).toEqual(['before', 'after']);
    expect(await pending(store)).toEqual([]);
    expect(await statusOf(store, after)).toMatchObject({ status: 'COMPLETED', delivered: true });
    expect(await verifyCounters(store)).toEqual([]);
    await running.stop();
  });

  it('keeps memory and attempts bounded, and delivers each of thousands once', async () => {
    const { clock, store, attempts, worker } = await start();
    for (let n = 0; n < 3000; n += 1) await write(store, intentOf(`key-${n}`, n));
    let running = 0;
    let most = 0;
    const one = worker('w', async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => clock.after(1, resolve));
      running -= 1;
      return { kind: 'delivered' };
    });
    one.start();
    await clock.advance(20_000);
    expect(attempts.length).toBe(3000);
    expect(new Set(attempts).size).toBe(3000);
    expect(most).toBeLessThanOrEqual(16);
    expect(await verifyCounters(store)).toEqual([]);
    await one.stop();
  });

  it('tries an object again later, and its neighbours at once', async () => {
    const { clock, store, worker } = await start();
    const bad = intentOf('bad', 1);
    await write(store, bad);
    await write(store, intentOf('good', 2));
    const times: number[] = [];
    const running = worker('w', ({ intent }) => {
      if (intent.key === 'good' || times.length === 5) return { kind: 'delivered' };
      times.push(clock.steadyMs);
      return { kind: 'retry', reason: 'a passing trouble' };
    });
    running.start();
    await clock.advance(0);
    expect((await pending(store)).map(({ key, attempts, lastError }) => [key, attempts, lastError])).toEqual([
      ['bad', 1, 'a passing trouble'],
    ]);
    await clock.advance(60_000);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(gaps).toHaveLength(4);
    expect(gaps.at(-1)).toBeGreaterThan(gaps[0] ?? 0);
    expect(await statusOf(store, bad)).toMatchObject({ status: 'COMPLETED' });
    await running.stop();
  });

  it('pauses a destination that cannot be reached, and leaves its rows as they are', async () => {
    const { clock, store, attempts, worker } = await start();
    const lines: LogFields[] = [];
    const logger: Logger = { ...silentLogger, warn: (fields) => lines.push(fields) };
    for (let n = 0; n < 700; n += 1) {
      await write(store, intentOf(`far-${n}`, n, { rule: { ...intentOf('', 0).rule, destination: 'far' } }));
    }
    const rowsBefore = await pending(store);
    let reachable = false;
    const running = worker(
      'w',
      ({ intent }) =>
        intent.rule.destination === 'far' && !reachable
          ? { kind: 'destination-unavailable', reason: 'no answer' }
          : { kind: 'delivered' },
      { logger },
    );
    running.start();
    await clock.advance(10_000);
    const near = intentOf('near', 5000);
    await write(store, near);
    await clock.advance(0);
    expect(await statusOf(store, near)).toMatchObject({ status: 'COMPLETED' });
    await clock.advance(120_000);
    // The first wave, then one probe for each pause.
    expect(attempts.length).toBeLessThan(60);
    expect(await pending(store)).toEqual(rowsBefore);
    expect(await parked(store)).toEqual([]);
    expect(running.destinations()).toMatchObject([{ destination: 'far', unavailable: 'no answer' }]);
    expect(lines.length).toBeLessThanOrEqual(4);
    reachable = true;
    await clock.advance(40_000);
    expect(await pending(store)).toEqual([]);
    expect(await verifyCounters(store)).toEqual([]);
    await running.stop();
  });

  it('parks what failed for good, with its reason, and does not try it again', async () => {
    const { clock, store, attempts, worker } = await start();
    const intent = intentOf('key', 1);
    await write(store, intent);
    const running = worker('w', () => ({
      kind: 'failed',
      code: 'DstPutObjectNotPermitted',
      reason: 'the role may not',
      arrived: false,
    }));
    running.start();
    await clock.advance(120_000);
    expect(attempts).toEqual(['key']);
    expect(await pending(store)).toEqual([]);
    expect(await parked(store)).toMatchObject([
      { key: 'key', failureCode: 'DstPutObjectNotPermitted', lastError: 'the role may not' },
    ]);
    expect(await statusOf(store, intent)).toMatchObject({
      status: 'FAILED',
      failureCode: 'DstPutObjectNotPermitted',
      delivered: false,
    });
    expect(await verifyCounters(store)).toEqual([]);
    await running.stop();
  });

  it('takes back what it parked once the same is delivered', async () => {
    const { clock, store, worker } = await start();
    const intent = intentOf('key', 1);
    await write(store, intent);
    let answer: Outcome = { kind: 'failed', code: 'DstPutTaggingNotPermitted', reason: 'no', arrived: true };
    const running = worker('w', () => answer);
    running.start();
    await clock.advance(0);
    answer = { kind: 'delivered' };
    const later = stampOf(9_000, 0, '0000000a');
    const facets: IntentRow = { ...intent, kind: 'facets', changeStamp: later, size: 0 };
    const delivery = await statusOf(store, intent);
    expect(delivery).toMatchObject({ status: 'FAILED', delivered: true });
    await store.commit({
      checks: [intents.check(ABSENT, facets)],
      writes: [
        intents.put(facets),
        deliveries.put(
          { status: 'PENDING', ruleId: 'rule', changeStamp: later, changedAtMs: 0, delivered: true },
          BUCKET.id,
          'key',
          intent.stamp,
          'destination',
        ),
        counters.add(counters.pendingCount(BUCKET.id, 'rule', 'destination', 'live'), 1),
      ],
    });
    await clock.advance(0);
    expect(await statusOf(store, intent)).toMatchObject({ status: 'COMPLETED' });
    expect(await parked(store)).toEqual([]);
    expect(await verifyCounters(store)).toEqual([]);
    await running.stop();
  });

  it('does not settle an intent that a newer change rewrote meanwhile', async () => {
    const { clock, store, attempts, worker } = await start();
    const intent = intentOf('key', 1, { kind: 'facets', size: 0 });
    await write(store, intent);
    const newer = { ...intent, changeStamp: stampOf(9_000, 0, '0000000a') };
    const running = worker('w', async ({ intent: claimed }) => {
      if (claimed.changeStamp === intent.changeStamp) {
        await store.commit({ checks: [], writes: [intents.put(newer)] });
      }
      return { kind: 'delivered' };
    });
    running.start();
    await clock.advance(0);
    expect(attempts).toEqual(['key', 'key']);
    expect(await pending(store)).toEqual([]);
    expect(await verifyCounters(store)).toEqual([]);
    await running.stop();
  });

  it('goes on after its own store refused for a while', async () => {
    let refuses = false;
    const { clock, store, worker } = await start({
      faults: { read: () => refuses, commit: () => (refuses ? 'unavailable' : undefined) },
    });
    const running = worker('w', delivered);
    running.start();
    await write(store, intentOf('one', 1));
    refuses = true;
    await clock.advance(60_000);
    refuses = false;
    await write(store, intentOf('two', 2));
    await clock.advance(60_000);
    expect(await pending(store)).toEqual([]);
    expect(await parked(store)).toEqual([]);
    expect(await verifyCounters(store)).toEqual([]);
    await running.stop();
  });

  it.each(['unknown-written', 'unknown-lost'] as const)(
    'counts once over commits that end %s',
    async (fault) => {
      let every = 0;
      let faulty = false;
      const { clock, store, worker } = await start({
        faults: { commit: () => (faulty && (every += 1) % 3 === 0 ? fault : undefined) },
      });
      for (let n = 0; n < 50; n += 1) await write(store, intentOf(`key-${n}`, n));
      faulty = true;
      const running = worker('w', ({ intent }) =>
        Number(intent.key.slice(4)) % 5 === 0
          ? { kind: 'failed', code: 'DstBucketUnversioned', reason: '', arrived: false }
          : { kind: 'delivered' },
      );
      running.start();
      await clock.advance(60_000);
      expect(await pending(store)).toEqual([]);
      expect(await verifyCounters(store)).toEqual([]);
      const labels = [BUCKET.id, 'rule', 'destination', 'live'] as const;
      expect(await store.counters([counters.replicatedCount(...labels)])).toEqual([40]);
      expect(await parked(store)).toHaveLength(10);
    },
  );
});

describe('several workers', () => {
  it('share the shards, and deliver each intent once', async () => {
    const { clock, store, attempts, worker } = await start();
    const workers = ['a', 'b', 'c'].map((id) => worker(id, delivered));
    for (const one of workers) one.start();
    await clock.advance(30_000);
    for (let n = 0; n < 300; n += 1) await write(store, intentOf(`key-${n}`, n));
    await clock.advance(60_000);
    expect(attempts).toHaveLength(300);
    expect(await pending(store)).toEqual([]);
    expect(await verifyCounters(store)).toEqual([]);
    for (const one of workers) await clock.run(one.stop());
  });

  it('take over from one that died, whose late settlement then has no effect', async () => {
    const { clock, store, worker } = await start();
    let release: (outcome: Outcome) => void = () => undefined;
    const dead = worker('dead', () => new Promise<Outcome>((resolve) => (release = resolve)));
    dead.start();
    const intent = intentOf('key', 1);
    await write(store, intent);
    await clock.advance(0);
    // The dead one's timers stop with its life; only its attempt is still on its way.
    await store.commit({ checks: [], writes: [incarnations.put({ startedAtMs: 0, dead: true }, 'life')] });
    await store.commit({ checks: [], writes: [incarnations.put({ startedAtMs: 0 }, 'next')] });
    const next = worker('next', () => ({
      kind: 'failed',
      code: 'DstBucketUnversioned',
      reason: '',
      arrived: false,
    }));
    next.start();
    await clock.advance(20_000);
    expect(await statusOf(store, intent)).toMatchObject({ status: 'FAILED' });
    release({ kind: 'delivered' });
    await clock.advance(0);
    expect(await statusOf(store, intent)).toMatchObject({ status: 'FAILED' });
    expect(await verifyCounters(store)).toEqual([]);
  });

  it('start at once where the last process was killed', async () => {
    const disk = new MemoryDisk();
    const first = await start({ disk });
    first.worker('first', () => new Promise<Outcome>(() => undefined)).start();
    await write(first.store, intentOf('key', 1));
    await first.clock.advance(0);
    first.store.crash();
    const second = await start({ disk });
    await second.store.commit({
      checks: [],
      writes: [incarnations.put({ startedAtMs: 0, dead: true }, 'life')],
    });
    const blobs = new MemoryBlobStore(new MemoryBlobDisk(), 'later', new SeededRandom(2));
    await second.store.commit({ checks: [], writes: [incarnations.put({ startedAtMs: 0 }, 'later')] });
    const worker = new ReplicationWorker({
      region: { name: 'us-east-1', store: second.store, blobs },
      workerId: 'second',
      incarnation: 'later',
      clock: second.clock,
      random: new SeededRandom(3),
      logger: silentLogger,
      concurrency: 4,
      runTask: async () => ({ kind: 'delivered' }),
    });
    worker.start();
    await second.clock.advance(0);
    expect(await pending(second.store)).toEqual([]);
    await worker.stop();
  });
});
