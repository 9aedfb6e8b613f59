import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../store/kv/memory.ts';
import { batchIntents, intents } from '../../store/tables/intents.ts';
import { stampOf } from '../../store/tables/order-stamp.ts';
import type { IntentClass } from '../../store/tables/rows.ts';
import { SeededRandom } from '../../testing/seeded-random.ts';
import { AllLanes } from './all-lanes.ts';

const CONCURRENCY = 16;
const NOW_MS = 1_000;

function keyOf(kind: IntentClass, destination: string, number: number): Buffer {
  return (kind === 'batch' ? batchIntents : intents).key({
    sourceBucketId: 'bucket',
    key: `key-${number}`,
    stamp: stampOf(number, 0, '0000000a'),
    kind: 'object',
    rule: { destination },
  });
}

function lanesWith(live: number, batch: number): AllLanes {
  const lanes = new AllLanes(new SeededRandom(1), CONCURRENCY);
  for (let n = 0; n < live; n += 1) lanes.of('live', 'there').offer(keyOf('live', 'there', n));
  for (let n = 0; n < batch; n += 1) lanes.of('batch', 'there').offer(keyOf('batch', 'there', n));
  return lanes;
}

const classes = (taken: readonly { key: Buffer }[]) =>
  taken.map(({ key }) => (key[0] === batchIntents.range().start[0] ? 'batch' : 'live'));

describe('batch intents', () => {
  it('take what live ones leave, and little while live ones come in', () => {
    const lanes = lanesWith(3, 100);
    expect(classes(lanes.take(4, NOW_MS))).toEqual(['live', 'live', 'live', 'batch']);
    expect(classes(lanes.take(CONCURRENCY, NOW_MS))).toEqual(['batch']);
    expect(lanes.take(CONCURRENCY, NOW_MS + 999)).toEqual([]);
    expect(lanes.take(CONCURRENCY, NOW_MS + 1_000)).toHaveLength(CONCURRENCY * 0.75 - 2);
  });

  it('leave room for live ones, even while nothing is live', () => {
    const lanes = lanesWith(0, 100);
    const taken = lanes.take(CONCURRENCY, NOW_MS);
    expect(taken).toHaveLength(CONCURRENCY * 0.75);
    expect(lanes.take(CONCURRENCY, NOW_MS)).toEqual([]);
    lanes.of('live', 'there').offer(keyOf('live', 'there', 1));
    expect(classes(lanes.take(CONCURRENCY, NOW_MS))).toEqual(['live']);
    for (const { lane, key } of taken.slice(0, 11)) lane.release(key);
    expect(classes(lanes.take(CONCURRENCY, NOW_MS))).toEqual(['batch']);
  });

  it('are not stopped by live ones that never end', () => {
    const lanes = lanesWith(500, 100);
    const taken = lanes.take(CONCURRENCY, NOW_MS);
    expect(classes(taken).filter((kind) => kind === 'batch')).toEqual(['batch']);
    expect(taken).toHaveLength(CONCURRENCY);
    const busy = lanesWith(500, 0).take(CONCURRENCY, NOW_MS);
    expect(classes(busy).filter((kind) => kind === 'live')).toHaveLength(CONCURRENCY);
  });

  it('share the circuit of a destination with the live ones', () => {
    const lanes = lanesWith(1, 1);
    lanes.of('batch', 'there').circuit.fail(NOW_MS, 'down');
    expect(lanes.take(2, NOW_MS)).toEqual([]);
    expect(lanes.destinations()).toMatchObject([{ destination: 'there', inFlight: 0, unavailable: 'down' }]);
    lanes.of('live', 'there').circuit.succeed();
    expect(lanes.take(2, NOW_MS)).toHaveLength(2);
  });

  it('are found where nobody told of them', async () => {
    const store = new MemoryStore();
    const lanes = new AllLanes(new SeededRandom(1), CONCURRENCY);
    await store.commit({
      checks: [],
      writes: [{ kind: 'put', key: keyOf('batch', 'there', 1), value: Buffer.from('{}') }],
    });
    await lanes.discover(store);
    expect(lanes.scannable(NOW_MS).map(({ destination, table }) => [destination, table])).toEqual([
      ['there', batchIntents],
    ]);
  });
});
