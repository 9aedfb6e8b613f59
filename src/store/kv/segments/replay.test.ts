import { Buffer } from 'node:buffer';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { copyRunningDatabase } from '../../../testing/copy-running-database.ts';
import { LocalStore } from '../local-store.ts';
import { RocksEngine } from '../rocksdb.ts';
import { rocksDatabase } from '../rocksdb-binding.ts';
import { rocksOptions } from '../rocksdb-options.ts';
import { encodeKey } from '../tuple.ts';
import { batchBytes } from './log-batch.ts';
import type { SegmentLimits } from './segment-limits.ts';
import { segmentPath, segmentsIn } from './segment-names.ts';

const ROWS = 0x50;
const BODIES = 0x35;
const COUNTERS = 0x70;
const row = (index: number) => encodeKey(ROWS, index);
const bodyKey = (index: number) => encodeKey(BODIES, String(index));
const counter = encodeKey(COUNTERS, 'all');
const bodyOf = (index: number) => Buffer.alloc(300, `body ${index} `);
/** No checkpoint but that of the start. */
const LIMITS: SegmentLimits = {
  segmentBytes: 2000,
  checkpointBytes: 2 ** 30,
  moveBytes: 1000,
  bodyBytesMin: 100,
};

/** In front of all that this program writes. */
const OLD_SEGMENT = 0;

let directory = '';
const at = (name: string) => join(directory, name);
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-replay-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Keeps what the database had on disk when it was opened, writes, and gives the log of now to that database of then: what
 * a power loss leaves that takes everything which was not synced. */
async function losePower(
  write: (store: LocalStore) => Promise<void>,
  before: (store: LocalStore) => Promise<void> = async () => {},
): Promise<void> {
  const earlier = new LocalStore(await RocksEngine.open(at('db'), undefined, LIMITS));
  await before(earlier);
  await earlier.close();
  const engine = await RocksEngine.open(at('db'), undefined, { ...LIMITS, segmentBytes: 2 ** 20 });
  const store = new LocalStore(engine);
  copyRunningDatabase(at('db'), at('lost'));
  // Segments reclaimed behind the copy's back would be missing from it, or come while it is made.
  await engine.segments.close();
  await write(store);
  rmSync(at('lost/segments'), { recursive: true });
  cpSync(at('db/segments'), at('lost/segments'), { recursive: true });
  await store.close();
}

async function put(store: LocalStore, index: number): Promise<void> {
  const result = await store.commit({
    checks: [{ kind: 'version', key: row(index), version: 0 }],
    writes: [
      { kind: 'put', key: row(index), value: Buffer.from(`row ${index}`) },
      { kind: 'put', key: bodyKey(index), value: bodyOf(index) },
      { kind: 'add', key: counter, delta: index },
    ],
  });
  expect(result.outcome).toBe('committed');
}

async function remove(store: LocalStore, index: number): Promise<void> {
  const writes = [row(index), bodyKey(index)].map((key) => ({ kind: 'delete', key }) as const);
  expect((await store.commit({ checks: [], writes })).outcome).toBe('committed');
}

const reopen = async () => new LocalStore(await RocksEngine.open(at('lost'), undefined, LIMITS));

async function expectRows(store: LocalStore, indices: readonly number[]): Promise<void> {
  const rows = await store.range({ start: Buffer.of(ROWS), end: Buffer.of(ROWS + 1) });
  expect(rows.map(({ value }) => value.toString())).toEqual(indices.map((index) => `row ${index}`));
  const bodies = await store.get(indices.map(bodyKey));
  expect(bodies.map((found) => found?.value.toString())).toEqual(
    indices.map((index) => bodyOf(index).toString()),
  );
}

describe('a start after power was lost', () => {
  test('finds in the log what the database had not synced: rows, bodies, removals and totals', async () => {
    await losePower(async (store) => {
      for (let index = 1; index <= 20; index += 1) await put(store, index);
      for (let index = 1; index <= 10; index += 1) await remove(store, index);
    });
    const kept = Array.from({ length: 10 }, (_, index) => index + 11);
    for (const _ of ['the first start', 'and the next, which reads nothing again']) {
      const store = await reopen();
      await expectRows(store, kept);
      expect(await store.counters([counter])).toEqual([210]);
      await store.close();
    }
  });

  test('counts what died in a segment that was complete before', async () => {
    const indices = [1, 2, 3, 4];
    await losePower(
      async (store) => {
        for (const index of indices.slice(1)) await remove(store, index);
      },
      async (store) => {
        for (const index of indices) await put(store, index);
      },
    );
    const [first = 0] = segmentsIn(at('lost/segments'));
    const engine = await RocksEngine.open(at('lost'), undefined, LIMITS);
    await engine.segments.settled();
    expect(segmentsIn(at('lost/segments'))).not.toContain(first);
    const store = new LocalStore(engine);
    await expectRows(store, [1]);
    await store.close();
  });

  test('gives no version twice', async () => {
    let last = 0;
    await losePower(async (store) => {
      await put(store, 1);
      last = (await store.get([row(1)]))[0]?.version ?? 0;
    });
    const store = await reopen();
    await put(store, 2);
    expect((await store.get([row(2)]))[0]?.version).toBeGreaterThan(last);
    await store.close();
  });

  test.each([
    ['half of the last batch', (path: string) => truncateSync(path, statSync(path).size - 200)],
    ['zeros behind it', (path: string) => truncateSync(path, statSync(path).size + 5000)],
    [
      'half of a batch and zeros behind it',
      (path: string) => {
        const bytes = readFileSync(path);
        writeFileSync(path, Buffer.concat([bytes.subarray(0, -200), Buffer.alloc(4000)]));
      },
    ],
  ])('leaves out %s', async (what, damage) => {
    await losePower(async (store) => {
      for (let index = 1; index <= 3; index += 1) await put(store, index);
    });
    const last = segmentPath(at('lost/segments'), segmentsIn(at('lost/segments')).at(-1) ?? 0);
    damage(last);
    const store = await reopen();
    const kept = what.startsWith('half') ? [1, 2] : [1, 2, 3];
    expect(await store.counters([counter])).toEqual([kept.length === 2 ? 3 : 6]);
    await expectRows(store, kept);
    await put(store, 4);
    await expectRows(store, [...kept, 4]);
    await store.close();
    const again = await reopen();
    await expectRows(again, [...kept, 4]);
    await again.close();
  });

  test('refuses to go on without a batch that others followed', async () => {
    await losePower(async (store) => {
      for (let index = 1; index <= 3; index += 1) await put(store, index);
    });
    const last = segmentPath(at('lost/segments'), segmentsIn(at('lost/segments')).at(-1) ?? 0);
    const bytes = readFileSync(last);
    const inSecond = bytes.indexOf('body 2');
    bytes[inSecond] = 0;
    writeFileSync(last, bytes);
    await expect(reopen()).rejects.toThrow(/log is damaged: segment \d+ lacks batch 2 .* batch 3 behind it/);
    bytes[inSecond] = 'b'.charCodeAt(0);
    writeFileSync(last, bytes);
    const store = await reopen();
    await expectRows(store, [1, 2, 3]);
    await store.close();
  });

  test('refuses to go on without a whole segment that another followed', async () => {
    await losePower(async (store) => {
      for (let index = 1; index <= 3; index += 1) await put(store, index);
    });
    const folder = at('lost/segments');
    const last = segmentsIn(folder).at(-1) ?? 0;
    const bytes = readFileSync(segmentPath(folder, last));
    rmSync(segmentPath(folder, last));
    writeFileSync(segmentPath(folder, last + 1), bytes.subarray(batchBytes(bytes)));
    await expect(reopen()).rejects.toThrow(/lacks batch 1 at byte 0, but has batch 2 behind it/);
  });
});

test('bodies that formats 2 and 3 moved are read, and move on when most of them are dead', async () => {
  const engine = await RocksEngine.open(at('lost'), undefined, LIMITS);
  const store = new LocalStore(engine);
  for (let index = 1; index <= 4; index += 1) await put(store, index);
  await store.close();
  // As format 3 left them: records of their own, and pointers with the rows' versions.
  const database = rocksDatabase(at('lost'));
  await database.open(rocksOptions());
  const { bytes: column } = database.columns;
  if (column === undefined) throw new Error('no column');
  const pieces: Buffer[] = [];
  const batch = database.batch();
  for (let index = 1; index <= 4; index += 1) {
    const key = bodyKey(index);
    const [pointer] = database._getManySync([key], { column, valueEncoding: 'buffer' });
    if (typeof pointer !== 'object' || pointer === null) throw new Error('no pointer');
    const header = Buffer.alloc(10);
    header.writeUInt16BE(key.length, 0);
    header.writeUInt32BE(300, 2);
    header.writeUInt32BE(crc32(key, crc32(header.subarray(0, 6))), 6);
    const start = pieces.reduce((sum, piece) => sum + piece.length, 0);
    pieces.push(header, key, bodyOf(index));
    const moved = Buffer.from(pointer);
    moved.writeUInt32BE(OLD_SEGMENT, 8);
    moved.writeUInt32BE(start + header.length + key.length, 12);
    batch._put(key, moved, { column });
  }
  batch._writeSync({ sync: true });
  await database.close();
  writeFileSync(segmentPath(at('lost/segments'), OLD_SEGMENT), Buffer.concat(pieces));
  const opened = await RocksEngine.open(at('lost'), undefined, LIMITS);
  const after = new LocalStore(opened);
  await expectRows(after, [1, 2, 3, 4]);
  await remove(after, 1);
  await remove(after, 2);
  await remove(after, 3);
  await opened.segments.settled();
  expect(segmentsIn(at('lost/segments'))).not.toContain(OLD_SEGMENT);
  await expectRows(after, [4]);
  await after.close();
});
