import { Buffer } from 'node:buffer';
import type * as fileSystem from 'node:fs';
import { fstatSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { copyRunningDatabase } from '../../../testing/copy-running-database.ts';
import { LocalStore } from '../local-store.ts';
import { RocksEngine } from '../rocksdb.ts';
import { encodeKey } from '../tuple.ts';
import { segmentPath, segmentsIn } from './segment-names.ts';

/** By the file: what was asked of the disk, in order. */
const asked = vi.hoisted(() => [] as { readonly call: string; readonly inode: number }[]);
vi.mock('node:fs', async (original) => {
  const real = await original<typeof fileSystem>();
  const noting = (call: 'fsyncSync' | 'writeSync') => ({
    [call]: (file: number, ...rest: unknown[]) => {
      asked.push({ call, inode: fstatSync(file).ino });
      return (real[call] as (file: number, ...rest: unknown[]) => unknown)(file, ...rest);
    },
  });
  return { ...real, ...noting('fsyncSync'), ...noting('writeSync') };
});

test('what a start takes over from a process that was killed is written and synced first', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-replay-sync-'));
  const killed = join(directory, 'killed');
  const store = new LocalStore(await RocksEngine.open(join(directory, 'db')));
  const write = { kind: 'put', key: encodeKey(0x35, 'a'), value: Buffer.alloc(2000, 'body') } as const;
  await store.commit({ checks: [], writes: [write] });
  copyRunningDatabase(join(directory, 'db'), killed);
  await store.close();

  const folder = join(killed, 'segments');
  const { ino } = statSync(segmentPath(folder, segmentsIn(folder).at(-1) ?? 0));
  asked.length = 0;
  const engine = await RocksEngine.open(killed);
  expect(asked.filter(({ inode }) => inode === ino).map(({ call }) => call)).toEqual([
    'writeSync',
    'fsyncSync',
  ]);
  expect(engine.get([write.key])[0]?.value).toEqual(write.value);
  await engine.close();
  rmSync(directory, { recursive: true });
});
