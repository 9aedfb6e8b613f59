import { Buffer } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { fillDisk, mountSmallDisk } from '../../../testing/small-disk.ts';
import { StoreUnavailableError } from '../key-value-store.ts';
import { startStoreThread } from './store-thread.ts';
import { connectStore } from './threaded-store.ts';

/** A real file system, large enough for a ballast of full size. */
const mountPoint = mkdtempSync(join(tmpdir(), 'holdfast-full-start-'));
const mounted = mountSmallDisk(mountPoint, 'size=512m');
afterAll(() => {
  if (mounted) spawnSync('umount', [mountPoint]);
  rmdirSync(mountPoint);
});

const row = (index: number) => Buffer.from([0x50, index]);
const put = (index: number) => [
  { kind: 'put', key: row(index), value: Buffer.from(String(index)) } as const,
  { kind: 'put', key: Buffer.from([0x35, index]), value: Buffer.alloc(64 * 1024, index) } as const,
];

test.skipIf(!mounted).each(['rocksdb', 'sqlite'] as const)(
  'a full disk is no hindrance to a start of %s, and deletes work',
  async (engine) => {
    const directory = join(mountPoint, engine);
    onTestFinished(() => {
      for (const name of readdirSync(mountPoint)) rmSync(join(mountPoint, name), { recursive: true });
    });
    const first = await startStoreThread({ directory, engine });
    const before = connectStore(first.connect());
    for (let index = 0; index < 20; index += 1) await before.commit({ checks: [], writes: put(index) });
    await first.close();
    fillDisk(join(mountPoint, 'filler'));
    const thread = await startStoreThread({ directory, engine });
    onTestFinished(() => thread.close());
    const store = connectStore(thread.connect());
    expect(await store.range({ start: row(0), end: Buffer.of(0x51) })).toHaveLength(20);
    await expect(store.commit({ checks: [], writes: put(20) })).rejects.toThrow(StoreUnavailableError);
    for (let index = 0; index < 20; index += 1) {
      const writes = put(index).map(({ key }) => ({ kind: 'delete', key }) as const);
      expect((await store.commit({ checks: [], writes })).outcome).toBe('committed');
    }
    await store.close();
  },
);
