import { Buffer } from 'node:buffer';
import type * as FileSystem from 'node:fs';
import { fdatasyncSync, mkdtempSync, rmSync, writeSync, writevSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type KeyValueStore, StoreUnavailableError } from '../key-value-store.ts';
import { LocalStore } from '../local-store.ts';
import { RocksEngine } from '../rocksdb.ts';
import type { RocksBatch } from '../rocksdb-binding.ts';
import { encodeKey } from '../tuple.ts';
import type { SegmentLimits } from './segment-limits.ts';

vi.mock('node:fs', async (original) => {
  const real = await original<typeof FileSystem>();
  return {
    ...real,
    fdatasyncSync: vi.fn<typeof fdatasyncSync>(real.fdatasyncSync),
    writeSync: vi.fn<typeof writeSync>(real.writeSync),
    writevSync: vi.fn<typeof writevSync>(real.writevSync),
  };
});

const { writevSync: realWritevSync } = await vi.importActual<typeof FileSystem>('node:fs');

const LIMITS: SegmentLimits = {
  segmentBytes: 2 ** 20,
  checkpointBytes: 2 ** 30,
  moveBytes: 1000,
  bodyBytesMin: 100,
};
const row = (index: number) => encodeKey(0x50, index);
const bodyKey = (index: number) => encodeKey(0x35, index);
const bodyOf = (index: number) => Buffer.alloc(300, `body ${index} `);
const counter = encodeKey(0x70, 'all');

let directory = '';
let store: KeyValueStore;
const open = async () => new LocalStore(await RocksEngine.open(join(directory, 'db'), undefined, LIMITS));
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-commit-log-'));
  store = await open();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await store.close();
  rmSync(directory, { recursive: true });
});

const put = (index: number) =>
  store.commit({
    checks: [{ kind: 'version', key: row(index), version: 0 }],
    writes: [
      { kind: 'put', key: row(index), value: Buffer.from(`row ${index}`) },
      { kind: 'put', key: bodyKey(index), value: bodyOf(index) },
      { kind: 'add', key: counter, delta: 1 },
    ],
  });

/** Now and after a restart. */
async function expectRows(indices: readonly number[]): Promise<void> {
  for (const again of [false, true]) {
    if (again) {
      await store.close();
      store = await open();
    }
    const rows = await store.range({ start: Buffer.of(0x50), end: Buffer.of(0x51) });
    expect(rows.map(({ value }) => value.toString())).toEqual(indices.map((index) => `row ${index}`));
    const bodies = await store.get(indices.map(bodyKey));
    expect(bodies.map((found) => found?.value.equals(bodyOf(1)))).toEqual(
      indices.map((index) => index === 1),
    );
    expect(await store.counters([counter])).toEqual([indices.length]);
  }
}

describe('a disk that refuses', () => {
  test('a sync: the outcome is unknown, and what it was of is cut off before anything follows', async () => {
    await put(1);
    vi.mocked(fdatasyncSync).mockImplementationOnce(() => {
      throw new Error('EIO');
    });
    expect((await put(2)).outcome).toBe('unknown');
    expect((await put(3)).outcome).toBe('committed');
    await expectRows([1, 3]);
  });

  test('more than the beginning of a batch: the rest is written after it', async () => {
    await put(1);
    writeBeginningOnce();
    expect((await put(2)).outcome).toBe('committed');
    await expectRows([1, 2]);
  });

  test('the end of a batch: nothing is written, and the next takes its place', async () => {
    await put(1);
    writeBeginningOnce();
    vi.mocked(writeSync).mockImplementationOnce(() => {
      throw new Error('ENOSPC');
    });
    await expect(put(2)).rejects.toThrow(StoreUnavailableError);
    expect((await put(2)).outcome).toBe('committed');
    await expectRows([1, 2]);
  });

  test('the database, once the log has it: the outcome is unknown, and it is there', async () => {
    await put(1);
    const writing = vi.spyOn(await batchPrototype(), '_writeSync').mockImplementationOnce(() => {
      throw new Error('no space');
    });
    expect((await put(2)).outcome).toBe('unknown');
    expect(writing).toHaveBeenCalledOnce();
    writing.mockRestore();
    expect((await put(3)).outcome).toBe('committed');
    await expectRows([1, 2, 3]);
  });
});

function writeBeginningOnce(): void {
  vi.mocked(writevSync).mockImplementationOnce((file, buffers, position) => {
    const [first] = buffers;
    return first === undefined
      ? 0
      : realWritevSync(file, [new Uint8Array(first.buffer, first.byteOffset, 7)], position);
  });
}

/** Of the batches of all databases. */
async function batchPrototype(): Promise<RocksBatch> {
  const { rocksDatabase } = await import('../rocksdb-binding.ts');
  const database = rocksDatabase(join(directory, 'other'));
  await database.open({ createIfMissing: true });
  const prototype = Object.getPrototypeOf(database.batch()) as RocksBatch;
  await database.close();
  return prototype;
}
