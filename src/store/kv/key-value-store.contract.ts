import { Buffer } from 'node:buffer';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { reachedEnd } from './bounded-range.ts';
import { ABSENT, type Check, type KeyValueStore, type Range, type Write } from './key-value-store.ts';
import { encodeKey, keyAfter, prefixRange } from './tuple.ts';

/** How a suite run gets its store. */
export interface StoreUnderTest {
  /** The same data each time, as after a restart. */
  open(): Promise<KeyValueStore>;
  destroy(): Promise<void>;
}

const ROWS = 0x50;
const CONFIGURATION = 0x10;
const LISTING = 0x33;
const BYTES = 0x35;
const COUNTERS = 0x70;

const row = (...parts: (string | number)[]) => encodeKey(ROWS, ...parts);
const counter = (...parts: (string | number)[]) => encodeKey(COUNTERS, ...parts);
const put = (key: Buffer, value: string): Write => ({ kind: 'put', key, value: Buffer.from(value) });
const remove = (key: Buffer): Write => ({ kind: 'delete', key });
const is = (key: Buffer, version: number): Check => ({ kind: 'version', key, version });
const everything = prefixRange(Buffer.of(ROWS));

/** What every engine keeps to. */
export function describeKeyValueStore(engine: string, make: () => Promise<StoreUnderTest>): void {
  describe(`the contract, ${engine}`, () => {
    let under: StoreUnderTest;
    let store: KeyValueStore;

    beforeEach(async () => {
      under = await make();
      store = await under.open();
    });
    afterEach(async () => {
      await store.close();
      await under.destroy();
    });

    const write = async (...writes: Write[]) => {
      const result = await store.commit({ checks: [], writes });
      if (result.outcome !== 'committed') throw new Error(`not committed: ${result.outcome}`);
      return result.version;
    };
    const texts = async (options: { limit?: number; reverse?: boolean } = {}) =>
      (await store.range({ ...everything, ...options })).map(({ value }) => value.toString());
    const reopen = async () => {
      await store.close();
      store = await under.open();
    };

    test('reads what was committed, and undefined where nothing is', async () => {
      const version = await write(put(row('a'), 'one'), put(row('b'), ''));
      const found = await store.get([row('b'), row('none'), row('a')]);
      expect(found.map((each) => each && { value: each.value, version: each.version })).toEqual([
        { value: Buffer.alloc(0), version },
        undefined,
        { value: Buffer.from('one'), version },
      ]);
      expect(await store.get([])).toEqual([]);
    });

    test('reads rows and bytes together', async () => {
      const bytes = encodeKey(BYTES, 'b', 'k', 0);
      await write(put(row('a'), 'row'), put(bytes, 'x'.repeat(100_000)));
      const found = await store.get([bytes, row('a'), row('none')]);
      expect(found.map((each) => each?.value.length)).toEqual([100_000, 3, undefined]);
      await write(remove(bytes));
      expect(await store.get([bytes])).toEqual([undefined]);
    });

    test('gives each change of a row a greater version, over restarts and deletion, too', async () => {
      const versions = [await write(put(row('a'), '1')), await write(put(row('a'), '2'))];
      await write(remove(row('a')));
      await reopen();
      versions.push(await write(put(row('a'), '3')));
      await reopen();
      versions.push(await write(put(row('a'), '4')));
      expect(versions).toEqual(versions.toSorted((a, b) => a - b));
      expect(new Set(versions).size).toBe(4);
      expect((await store.get([row('a')]))[0]?.version).toBe(versions[3]);
    });

    test('commits when the checks hold, else writes nothing', async () => {
      const version = await write(put(row('a'), '1'));
      const attempt = (checks: Check[]) =>
        store.commit({ checks, writes: [put(row('a'), '2'), put(row('b'), '2')] });
      for (const wrong of [is(row('a'), ABSENT), is(row('a'), version + 1), is(row('b'), version)]) {
        expect(await attempt([is(row('a'), version), wrong])).toEqual({ outcome: 'conflict' });
      }
      expect(await texts()).toEqual(['1']);
      const second = await attempt([is(row('a'), version), is(row('b'), ABSENT)]);
      expect(second.outcome).toBe('committed');
      expect(await attempt([is(row('a'), version)])).toEqual({ outcome: 'conflict' });
      expect(await texts()).toEqual(['2', '2']);
    });

    test('checks rows that were written before it was opened', async () => {
      const version = await write(put(row('a'), '1'));
      await reopen();
      const change = (expected: number) =>
        store.commit({ checks: [is(row('a'), expected)], writes: [put(row('a'), '2')] });
      expect((await change(ABSENT)).outcome).toBe('conflict');
      expect((await change(version)).outcome).toBe('committed');
    });

    test('checks that a range is empty', async () => {
      const empty: Check = { kind: 'empty', ...prefixRange(row('bucket')) };
      const attempt = (...writes: Write[]) => store.commit({ checks: [empty], writes });
      expect((await attempt(put(row('other'), '1'))).outcome).toBe('committed');
      // In one batch: the second sees the first, and the third that it is gone again.
      const [first, second, , fourth] = await Promise.all([
        attempt(put(row('bucket', 'k'), '1')),
        attempt(put(row('bucket', 'l'), '1')),
        store.commit({ checks: [], writes: [remove(row('bucket', 'k'))] }),
        attempt(put(row('bucket', 'm'), '1')),
      ]);
      expect([first.outcome, second.outcome, fourth.outcome]).toEqual(['committed', 'conflict', 'committed']);
      expect((await attempt(put(row('late'), '1'))).outcome).toBe('conflict');
      await write(remove(row('bucket', 'm')));
      expect((await attempt(put(row('late'), '1'))).outcome).toBe('committed');
    });

    test('decides waiting commits one after the other', async () => {
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          store.commit({ checks: [is(row('one'), ABSENT)], writes: [put(row('one'), String(index))] }),
        ),
      );
      expect(results.filter(({ outcome }) => outcome === 'committed')).toHaveLength(1);
      expect(await texts()).toEqual(['0']);
    });

    test('applies the writes of one commit in their order', async () => {
      await write(
        put(row('a'), '1'),
        remove(row('a')),
        put(row('b'), '1'),
        remove(row('c')),
        put(row('b'), '2'),
      );
      expect(await texts()).toEqual(['2']);
    });

    test('sums counters, below zero, too, and over restarts', async () => {
      const add = (key: Buffer, delta: number) =>
        store.commit({ checks: [is(row('guard'), ABSENT)], writes: [{ kind: 'add', key, delta }] });
      await Promise.all([add(counter('x', 1), 5), add(counter('x', 1), -7), add(counter('x', 2), 2 ** 45)]);
      expect(await store.counters([counter('x', 1), counter('none'), counter('x', 2)])).toEqual([
        -2,
        0,
        2 ** 45,
      ]);
      await reopen();
      await Promise.all(Array.from({ length: 50 }, () => add(counter('x', 1), 1)));
      await add(counter('y'), 1);
      expect(await store.counterRange(prefixRange(counter('x')))).toEqual([
        { key: counter('x', 1), value: 48 },
        { key: counter('x', 2), value: 2 ** 45 },
      ]);
      await write(remove(counter('x', 1)));
      expect(await store.counters([counter('x', 1)])).toEqual([0]);
    });

    test('refuses what would break counters', async () => {
      const checks = [is(row('guard'), ABSENT)];
      const refused: Write[] = [
        { kind: 'add', key: row('a'), delta: 1 },
        { kind: 'add', key: counter('a'), delta: 0.5 },
        { kind: 'put', key: counter('a'), value: Buffer.alloc(8) },
      ];
      for (const each of refused)
        await expect(store.commit({ checks, writes: [each] })).rejects.toThrow(RangeError);
      const unchecked = store.commit({ checks: [], writes: [{ kind: 'add', key: counter('a'), delta: 1 }] });
      await expect(unchecked).rejects.toThrow(RangeError);
      await expect(store.range({ start: Buffer.of(0), end: Buffer.of(0xff) })).rejects.toThrow(RangeError);
    });

    test('ranges forwards and backwards, limited, start inclusive and end exclusive', async () => {
      await write(...['c', 'a', 'd', 'b'].map((letter) => put(row(letter), letter)));
      await write(put(encodeKey(ROWS + 1, 'e'), 'beyond'), put(encodeKey(ROWS - 1, 'e'), 'before'));
      expect(await texts()).toEqual(['a', 'b', 'c', 'd']);
      expect(await texts({ reverse: true })).toEqual(['d', 'c', 'b', 'a']);
      expect(await texts({ limit: 2 })).toEqual(['a', 'b']);
      expect(await texts({ limit: 2, reverse: true })).toEqual(['d', 'c']);
      expect(await texts({ limit: 0 })).toEqual([]);
      const some = await store.range({ start: row('b'), end: row('d') });
      expect(some.map(({ key }) => key)).toEqual([row('b'), row('c')]);
      const after = await store.range({ start: keyAfter(row('b')), end: row('d') });
      expect(after.map(({ key }) => key)).toEqual([row('c')]);
      expect(await store.range({ start: row('d'), end: row('b') })).toEqual([]);
    });

    test('ends a read behind the row with which it is more than so many bytes', async () => {
      await write(...['a', 'b', 'c', 'd'].map((letter) => put(row(letter), letter.repeat(1_000))));
      const reads = async (more: Partial<Range>) => {
        const range = { ...everything, ...more };
        const rows = await store.range(range);
        return [rows.map(({ value }) => value.toString()[0]).join(''), reachedEnd(rows, range)];
      };
      expect(await reads({ bytesMax: 1 })).toEqual(['a', false]);
      expect(await reads({ bytesMax: 1_500 })).toEqual(['ab', false]);
      expect(await reads({ bytesMax: 1_500, reverse: true })).toEqual(['dc', false]);
      expect(await reads({ bytesMax: 1_500, limit: 1 })).toEqual(['a', false]);
      const [, one] = await store.range(everything);
      const rowBytes = (one?.key.length ?? 0) + 1_000 + 8;
      expect(await reads({ bytesMax: 2 * rowBytes })).toEqual(['abc', false]);
      expect(await reads({ bytesMax: 2 * rowBytes - 1 })).toEqual(['ab', false]);
      expect(await reads({ bytesMax: 4 * rowBytes })).toEqual(['abcd', true]);
      expect(await reads({ limit: 4 })).toEqual(['abcd', false]);
      expect(await reads({})).toEqual(['abcd', true]);
    });

    test('holds object keys of 1,024 bytes', async () => {
      const names = ['\0'.repeat(1024), 'x'.repeat(1024), `${'x'.repeat(1023)}y`, '\u{10ffff}'.repeat(256)];
      await write(...names.map((each) => put(row('bucket', each), each)));
      expect(await texts()).toEqual(names);
      expect((await store.get(names.map((each) => row('bucket', each)))).every(Boolean)).toBe(true);
    });

    test('keeps bytes as they are and gives each reader its own', async () => {
      const value = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      const pending = store.commit({ checks: [], writes: [{ kind: 'put', key: row('a'), value }] });
      value.fill(0);
      await pending;
      const [first] = await store.get([row('a')]);
      expect(first?.value[255]).toBe(255);
      first?.value.fill(7);
      expect((await store.get([row('a')]))[0]?.value[255]).toBe(255);
    });

    test('keeps what looks like text and is none, and text that looks as if it were none', async () => {
      const values = ['\u{fffd}', '\u{feff}ä', '\u{1f600}'].map((text) => Buffer.from(text));
      values.push(Buffer.of(0xff), Buffer.of(0xc3, 0x28), Buffer.of(0xed, 0xa0, 0x80));
      const keys = values.map((value) => encodeKey(LISTING, 'bucket', value.toString('latin1')));
      keys.push(encodeKey(LISTING, 'bucket', 'a\0b'), encodeKey(LISTING, 'bucket', '\u{fffd}'));
      await write(
        ...keys.map((key, index) => ({
          kind: 'put' as const,
          key,
          value: values[index] ?? Buffer.from('plain'),
        })),
      );
      const found = await store.get(keys);
      expect(found.map((each) => each?.value)).toEqual(
        keys.map((_, index) => values[index] ?? Buffer.from('plain')),
      );
      const listed = await store.range({ start: Buffer.of(LISTING), end: Buffer.of(LISTING + 1) });
      expect(listed.map(({ key }) => key)).toEqual(keys.toSorted((one, other) => Buffer.compare(one, other)));
    });

    test('takes 64 writers at once and loses no increment', async () => {
      const increment = async (): Promise<void> => {
        const [found] = await store.get([row('n')]);
        const result = await store.commit({
          checks: [is(row('n'), found?.version ?? ABSENT)],
          writes: [
            put(row('n'), String(Number(found?.value ?? 0) + 1)),
            { kind: 'add', key: counter('n'), delta: 1 },
          ],
        });
        if (result.outcome === 'conflict') return increment();
        expect(result.outcome).toBe('committed');
      };
      await Promise.all(Array.from({ length: 64 }, () => increment()));
      expect(await texts()).toEqual(['64']);
      expect(await store.counters([counter('n')])).toEqual([64]);
    });

    test('changes the configuration epoch with configuration only', async () => {
      const before = store.configurationEpoch();
      await write(put(row('a'), '1'));
      expect(store.configurationEpoch()).toBe(before);
      await write(put(encodeKey(CONFIGURATION, 'a'), '1'));
      const after = store.configurationEpoch();
      expect(after).not.toBe(before);
      await write(remove(encodeKey(CONFIGURATION, 'a')));
      expect(store.configurationEpoch()).not.toBe(after);
    });

    test('tells watchers of committed puts below their prefix', async () => {
      const seen: string[] = [];
      const { promise: done, resolve: heard } = Promise.withResolvers<void>();
      const stop = store.watch(row('w'), (keys) => {
        seen.push(...keys.map((key) => key.toString('hex')));
        if (seen.length === 2) heard();
      });
      await write(put(row('other'), '1'), put(row('w', 1), '1'));
      await write(remove(row('w', 1)), put(row('w', 2), '1'));
      await done;
      expect(seen).toEqual([row('w', 1).toString('hex'), row('w', 2).toString('hex')]);
      stop();
      await write(put(row('w', 3), '1'));
      expect(seen).toHaveLength(2);
    });

    test('keeps everything over a restart', async () => {
      const names = Array.from({ length: 500 }, (_, index) => String(index).padStart(4, '0'));
      await Promise.all(names.map((each) => write(put(row(each), each))));
      await reopen();
      expect(await texts()).toEqual(names);
    });

    test('does what a sorted map does', async () => {
      const key = fc.string({ unit: fc.constantFrom('a', 'b', '\0'), maxLength: 3 });
      const change = fc.record({ key, value: fc.option(fc.string({ maxLength: 4 })) });
      const model = new Map<string, string>();
      const commits = fc.array(fc.array(change, { minLength: 1, maxLength: 4 }), { maxLength: 8 });
      const step = async (changes: { key: string; value: string | null }[][]) => {
        await Promise.all(
          changes.map((each) =>
            write(
              ...each.map(({ key: name, value }) =>
                value === null ? remove(row(name)) : put(row(name), value),
              ),
            ),
          ),
        );
        for (const { key: name, value } of changes.flat()) {
          if (value === null) model.delete(name);
          else model.set(name, value);
        }
        const expected = [...model].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
        expect(await texts()).toEqual(expected);
        expect(await texts({ reverse: true, limit: 3 })).toEqual(expected.toReversed().slice(0, 3));
      };
      await fc.assert(fc.asyncProperty(commits, step), { numRuns: 30 });
    });

    test('is writable, and refuses everything once closed', async () => {
      expect(await store.writable()).toEqual({ ok: true });
      await store.close();
      await expect(store.commit({ checks: [], writes: [put(row('a'), '1')] })).rejects.toThrow('closed');
      await expect(store.get([row('a')])).rejects.toThrow('closed');
      expect((await store.writable()).ok).toBe(false);
    });
  });
}
