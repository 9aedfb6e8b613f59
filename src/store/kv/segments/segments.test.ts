import { Buffer } from 'node:buffer';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemRandom } from '../../../lib/random.ts';
import { copyRunningDatabase } from '../../../testing/copy-running-database.ts';
import { describeKeyValueStore } from '../key-value-store.contract.ts';
import { type KeyValueStore, StoreUnavailableError } from '../key-value-store.ts';
import { LocalStore } from '../local-store.ts';
import { RocksEngine } from '../rocksdb.ts';
import { encodeKey } from '../tuple.ts';
import type { SegmentLimits } from './segment-limits.ts';
import { segmentPath, segmentsIn } from './segment-names.ts';

/** So small that a few bodies fill a segment. */
const TINY: SegmentLimits = { segmentBytes: 4000, checkpointBytes: 2500, moveBytes: 1500, bodyBytesMin: 0 };
/** So large that nothing happens but the writes themselves. */
const HUGE: SegmentLimits = { ...TINY, segmentBytes: 2 ** 26, checkpointBytes: 2 ** 26 };
/** One slow sync on a busy machine takes longer than the second that is the default. */
const PATIENCE = { timeout: 20_000 };
const BYTES = 0x35;
const bodyKey = (name: string | number) => encodeKey(BYTES, String(name));
const noise = systemRandom.bytes(20_000);
const bodyOf = (seed: number, length = 900) => noise.subarray(seed % 19_000, (seed % 19_000) + length);

let directory = '';
let engine: RocksEngine;
let store: KeyValueStore;
const folder = () => join(directory, 'db', 'segments');

async function open(limits = TINY): Promise<void> {
  engine = await RocksEngine.open(join(directory, 'db'), undefined, limits);
  store = new LocalStore(engine);
}
async function reopen(): Promise<void> {
  await store.close();
  await open();
}
async function put(name: string | number, value: Buffer): Promise<void> {
  const result = await store.commit({ checks: [], writes: [{ kind: 'put', key: bodyKey(name), value }] });
  expect(result.outcome).toBe('committed');
}
async function remove(...names: (string | number)[]): Promise<void> {
  const writes = names.map((name) => ({ kind: 'delete', key: bodyKey(name) }) as const);
  expect((await store.commit({ checks: [], writes })).outcome).toBe('committed');
}
const bytesIn = (path: string) =>
  segmentsIn(path).reduce((sum, segment) => sum + statSync(segmentPath(path, segment)).size, 0);
const get = async (name: string | number) => (await store.get([bodyKey(name)]))[0]?.value;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-segments-'));
  await open();
});
afterEach(async () => {
  await store.close();
  rmSync(directory, { recursive: true });
});

describeKeyValueStore('rocksdb, every body in a segment', async () => {
  const home = mkdtempSync(join(tmpdir(), 'holdfast-segments-contract-'));
  return {
    open: async () => new LocalStore(await RocksEngine.open(join(home, 'db'), undefined, TINY)),
    destroy: async () => rmSync(home, { recursive: true }),
  };
});

describe('bodies in segments', () => {
  test('read as they were put, one by one, in ranges and after a restart', async () => {
    const before = await (async () => {
      await put('a', bodyOf(1));
      return (await store.get([bodyKey('a')]))[0];
    })();
    for (let n = 0; n < 12; n += 1) await put(n, bodyOf(n));
    await engine.segments.settled();
    expect(segmentsIn(folder()).length).toBeGreaterThan(2);
    const expectAll = async () => {
      expect((await store.get([bodyKey('a')]))[0]).toEqual(before);
      for (let n = 0; n < 12; n += 1) expect((await get(n))?.equals(bodyOf(n))).toBe(true);
      const rows = await store.range({ start: Buffer.of(BYTES), end: Buffer.of(BYTES + 1) });
      expect(rows.length).toBe(13);
      expect(rows.every(({ value }) => value.length === 900)).toBe(true);
    };
    await expectAll();
    await reopen();
    await expectAll();
  });

  test('small ones are in the database, and outlive the segments they came through', async () => {
    await store.close();
    await open({ ...TINY, bodyBytesMin: 500 });
    await put('small', bodyOf(1, 400));
    for (let n = 0; n < 40; n += 1) await put(n, bodyOf(n, 400));
    await engine.segments.settled();
    expect(bytesIn(folder())).toBeLessThan(6000);
    expect((await get('small'))?.equals(bodyOf(1, 400))).toBe(true);
    await reopen();
    expect((await get('small'))?.equals(bodyOf(1, 400))).toBe(true);
  });

  test('the last write of a body holds, also within one commit', async () => {
    await put('again', bodyOf(1));
    await put('again', bodyOf(2));
    await put('gone', bodyOf(3));
    await remove('gone');
    const both = [
      { kind: 'put', key: bodyKey('both'), value: bodyOf(4) },
      { kind: 'delete', key: bodyKey('both') },
    ] as const;
    await store.commit({ checks: [], writes: both });
    await engine.segments.settled();
    expect((await get('again'))?.equals(bodyOf(2))).toBe(true);
    expect(await get('gone')).toBeUndefined();
    expect(await get('both')).toBeUndefined();
  });

  test('a body in the place of one that is deleted in the same commit gives its space back', async () => {
    for (let n = 0; n < 60; n += 1) {
      const writes = [
        { kind: 'delete', key: bodyKey('again') },
        { kind: 'put', key: bodyKey('again'), value: bodyOf(n) },
      ] as const;
      expect((await store.commit({ checks: [], writes })).outcome).toBe('committed');
    }
    await engine.segments.settled();
    expect(segmentsIn(folder()).length).toBeLessThan(5);
    await reopen();
    expect((await get('again'))?.equals(bodyOf(59))).toBe(true);
  });

  // Whole pages go past the page cache, where the disk can do that.
  test.each([20_000, 20_480])(
    'a busy store begins its next segment in a spare one, whose zeros go when it is left (%i)',
    async (segmentBytes) => {
      await store.close();
      await open({ ...TINY, segmentBytes });
      for (let n = 0; n < 15; n += 1) await put(n, bodyOf(n));
      const [first = 0] = segmentsIn(folder());
      await expect.poll(() => statSync(join(folder(), 'spare')).size, PATIENCE).toBe(segmentBytes);
      // Its last step may still be on its way to the disk when the segment is full: then it serves the one after.
      let next = 15;
      const putAndFind = async () => {
        await put(next, bodyOf(next));
        next += 1;
        return segmentsIn(folder()).find(
          (segment) => segment > first && statSync(segmentPath(folder(), segment)).size === segmentBytes,
        );
      };
      await expect.poll(putAndFind, { interval: 1, ...PATIENCE }).toBeDefined();
      const begun = segmentsIn(folder()).at(-1) ?? 0;
      expect(statSync(segmentPath(folder(), begun)).size).toBe(segmentBytes);
      const expectAll = async () => {
        for (let n = 0; n < next; n += 1) expect((await get(n))?.equals(bodyOf(n))).toBe(true);
      };
      await expectAll();
      await reopen();
      expect(statSync(segmentPath(folder(), begun)).size).toBeLessThan(10_000);
      expect(existsSync(join(folder(), 'spare'))).toBe(false);
      await expectAll();
    },
  );

  test('a segment goes when half of it is dead, and takes nothing alive with it', async () => {
    for (let n = 0; n < 40; n += 1) await put(n, bodyOf(n));
    await engine.segments.settled();
    const dead = Array.from({ length: 40 }, (_, n) => n).filter((n) => n % 4 !== 0);
    await remove(...dead);
    await engine.segments.settled();
    // Ten bodies of 900 bytes live, in segments of which at most half is dead.
    expect(bytesIn(folder())).toBeLessThan(22_000);
    for (let n = 0; n < 40; n += 4) expect((await get(n))?.equals(bodyOf(n))).toBe(true);
    await reopen();
    for (let n = 0; n < 40; n += 4) expect((await get(n))?.equals(bodyOf(n))).toBe(true);
  });

  test('what died before a restart counts after it', async () => {
    for (let n = 0; n < 8; n += 1) await put(n, bodyOf(n));
    await engine.segments.settled();
    await remove(0, 1);
    await reopen();
    const [first] = segmentsIn(folder());
    await remove(2);
    await engine.segments.settled();
    expect(segmentsIn(folder())).not.toContain(first);
  });

  test('damage to a segment costs no body: its segment stays as long as a row points into it', async () => {
    await store.close();
    await open(HUGE);
    for (let n = 0; n < 12; n += 1) await put(n, bodyOf(n));
    await engine.segments.settled();
    await store.close();
    const [only = 0] = segmentsIn(folder());
    const path = segmentPath(folder(), only);
    const bytes = readFileSync(path);
    // The first batch's length, and the kind of a later entry.
    bytes[2] = 0x7f;
    bytes[bytes.indexOf(bodyKey(5)) - 7] = 3;
    writeFileSync(path, bytes);
    await open();
    for (let n = 0; n < 12; n += 1) expect((await get(n))?.equals(bodyOf(n))).toBe(true);
    await remove(1, 2, 3, 4, 6, 7, 8);
    await engine.segments.settled();
    // Whose bodies lie at 0 and 5 the segment does not say: the rows do.
    for (const n of [0, 5, 9, 10, 11]) expect((await get(n))?.equals(bodyOf(n))).toBe(true);
    expect(segmentsIn(folder())).toContain(only);
    await remove(0, 5);
    await engine.segments.settled();
    expect(segmentsIn(folder())).not.toContain(only);
    for (const n of [9, 10, 11]) expect((await get(n))?.equals(bodyOf(n))).toBe(true);
  });

  test('a reader that holds a pointer into a segment that went reads the row again', async () => {
    for (let n = 0; n < 8; n += 1) await put(n, bodyOf(n));
    await engine.segments.settled();
    const [first = 0] = segmentsIn(folder());
    // Opens the segment, as a thread that reads on does.
    await get(3);
    await remove(0, 1, 2);
    await engine.segments.settled();
    expect(existsSync(segmentPath(folder(), first))).toBe(false);
    expect((await get(3))?.equals(bodyOf(3))).toBe(true);
  });

  test('a start after a crash writes a segment of its own and reads those there are', async () => {
    for (let n = 0; n < 5; n += 1) await put(n, bodyOf(n));
    await engine.segments.settled();
    // What a killed process leaves: its files as they are, here with half a batch behind the last.
    const copy = join(directory, 'crashed');
    copyRunningDatabase(join(directory, 'db'), copy);
    const last = segmentsIn(join(copy, 'segments')).at(-1) ?? 0;
    appendFileSync(
      segmentPath(join(copy, 'segments'), last),
      readFileSync(segmentPath(folder(), last)).subarray(0, 100),
    );
    const crashed = await RocksEngine.open(copy, undefined, TINY);
    const after = new LocalStore(crashed);
    await after.commit({ checks: [], writes: [{ kind: 'put', key: bodyKey('new'), value: bodyOf(77) }] });
    await crashed.segments.settled();
    expect(segmentsIn(join(copy, 'segments')).at(-1)).toBeGreaterThan(last);
    for (let n = 0; n < 5; n += 1) {
      const [row] = await after.get([bodyKey(n)]);
      expect(row?.value.equals(bodyOf(n))).toBe(true);
    }
    await after.close();
  });

  test('nothing is written while the log cannot be, and what was written before is read', async () => {
    await put(0, bodyOf(0));
    // The next segment cannot be made.
    for (let n = 1; statSync(segmentPath(folder(), 1)).size < 4000; n += 1) await put(n, bodyOf(n));
    renameSync(folder(), `${folder()}-away`);
    await expect(put('refused', bodyOf(1))).rejects.toThrow(StoreUnavailableError);
    await expect(put('refused', bodyOf(1))).rejects.toThrow(StoreUnavailableError);
    renameSync(`${folder()}-away`, folder());
    await put('taken', bodyOf(2));
    expect(await get('refused')).toBeUndefined();
    expect((await get('taken'))?.equals(bodyOf(2))).toBe(true);
    expect((await get(0))?.equals(bodyOf(0))).toBe(true);
  });

  test('any writes, removals, restarts and recoveries give what a map gives', async () => {
    const command = fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({
          kind: fc.constant('put' as const),
          name: fc.nat(12),
          seed: fc.nat(18_000),
          size: fc.nat(1500),
        }),
      },
      { weight: 5, arbitrary: fc.record({ kind: fc.constant('remove' as const), name: fc.nat(12) }) },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constantFrom('settle' as const, 'reopen' as const, 'recover' as const),
        }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 10, maxLength: 60 }), async (commands) => {
        const model = new Map<number, Buffer>();
        for (let name = 0; name <= 12; name += 1) await remove(name);
        for (const step of commands) {
          if (step.kind === 'put') {
            const value = bodyOf(step.seed, step.size);
            model.set(step.name, value);
            await put(step.name, value);
          } else if (step.kind === 'remove') {
            model.delete(step.name);
            await remove(step.name);
          } else if (step.kind === 'reopen') await reopen();
          else if (step.kind === 'recover') expect(await engine.recover()).toBeUndefined();
          else await engine.segments.settled();
        }
        for (let name = 0; name <= 12; name += 1) expect(await get(name)).toEqual(model.get(name));
      }),
      { numRuns: 25 },
    );
    await engine.segments.settled();
    // Thirteen bodies of at most 1500 bytes live: the rest of what was written has gone.
    expect(bytesIn(folder())).toBeLessThan(80_000);
  }, 60_000);
});
