import { Buffer } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { fillDisk, mountSmallDisk } from '../../../testing/small-disk.ts';
import { type KeyValueStore, StoreUnavailableError } from '../key-value-store.ts';
import { LocalStore } from '../local-store.ts';
import { RocksEngine } from '../rocksdb.ts';
import { SqliteEngine } from '../sqlite.ts';
import { startStoreThread } from './store-thread.ts';
import { connectStore } from './threaded-store.ts';

/** A real, small file system, where this machine lets us mount one. */
const mountPoint = mkdtempSync(join(tmpdir(), 'holdfast-full-'));
const mounted = mountSmallDisk(mountPoint, 'size=96m');
const filler = join(mountPoint, 'filler');

afterAll(() => {
  if (mounted) spawnSync('umount', [mountPoint]);
  rmdirSync(mountPoint);
});

const key = (table: number, index: number) => Buffer.from([table, index >> 8, index & 0xff]);
const body = (store: KeyValueStore, index: number) =>
  store.commit({
    checks: [],
    writes: [
      { kind: 'put', key: key(0x50, index), value: Buffer.from(String(index)) },
      { kind: 'put', key: key(0x35, index), value: randomBytes(64 * 1024) },
    ],
  });
const remove = (store: KeyValueStore, index: number) =>
  store.commit({ checks: [], writes: [{ kind: 'delete', key: key(0x50, index) }] });

describe.skipIf(!mounted).each(['rocksdb', 'sqlite'] as const)('a full disk under %s', (engine) => {
  const directory = join(mountPoint, engine);
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test('refuses bodies, still deletes, loses nothing, and recovers by itself', async () => {
    const thread = await startStoreThread({ directory, engine });
    onTestFinished(() => thread.close());
    const store = connectStore(thread.connect());
    let stored = 0;
    const filling = (async () => {
      for (;;) {
        expect((await body(store, stored)).outcome).toBe('committed');
        stored += 1;
      }
    })();
    await expect(filling).rejects.toThrow(StoreUnavailableError);
    expect(stored).toBeGreaterThan(100);
    for (let index = 0; index < 50; index += 1)
      expect((await remove(store, index)).outcome).toBe('committed');
    const expectRows = async () => {
      const rows = await store.range({ start: key(0x50, 0), end: Buffer.of(0x51) });
      expect(rows.map(({ value }) => Number(value))).toEqual(
        Array.from({ length: stored - 50 }, (_, index) => index + 50),
      );
    };
    await expectRows();

    // Somebody else takes the last byte: nothing can be written, everything can be read.
    fillDisk(filler);
    await expect(body(store, stored)).rejects.toThrow(StoreUnavailableError);
    expect(await store.writable()).toMatchObject({ ok: false });
    await expectRows();

    rmSync(filler);
    rmSync(join(directory, 'ballast'), { force: true });
    for (let index = 50; index < stored; index += 1) {
      const writes = [0x50, 0x35].map((table) => ({ kind: 'delete', key: key(table, index) }) as const);
      expect((await store.commit({ checks: [], writes })).outcome).toBe('committed');
    }
    expect(await store.range({ start: key(0x50, 0), end: Buffer.of(0x51) })).toEqual([]);
    await store.close();
  });
});

describe.skipIf(!mounted)('an engine that really runs out of space', () => {
  test.each(['rocksdb', 'sqlite'] as const)(
    '%s goes on reading, and writes again once there is space',
    async (name) => {
      const directory = join(mountPoint, `raw-${name}`);
      onTestFinished(() => rmSync(directory, { recursive: true }));
      const engine = await (name === 'rocksdb' ? RocksEngine.open(directory) : SqliteEngine.open(directory));
      const store = new LocalStore(engine);
      await body(store, 0);
      const [before] = await store.get([key(0x50, 0)]);
      fillDisk(filler);
      let written = 1;
      const filling = (async () => {
        for (;;) {
          const { outcome } = await body(store, written);
          expect(outcome).toBe('committed');
          written += 1;
        }
      })();
      await expect(filling).rejects.toThrow(StoreUnavailableError);
      await expect(remove(store, 0)).rejects.toThrow(StoreUnavailableError);
      expect(await store.get([key(0x50, 0)])).toEqual([before]);
      rmSync(filler);
      const again = await store.commit({
        checks: [
          { kind: 'version', key: key(0x50, 0), version: before?.version ?? 0 },
          { kind: 'version', key: key(0x50, written), version: 0 },
        ],
        writes: [{ kind: 'put', key: key(0x50, 0), value: Buffer.from('again') }],
      });
      expect(again.outcome).toBe('committed');
      expect(again.outcome === 'committed' ? again.version : 0).toBeGreaterThan(before?.version ?? 0);
      expect(await store.writable()).toEqual({ ok: true });
      const rows = await store.range({ start: key(0x50, 0), end: Buffer.of(0x51) });
      expect(rows).toHaveLength(written);
      await store.close();
    },
  );
});
