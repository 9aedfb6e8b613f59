import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DirectoryInUseError } from './directory-lock.ts';
import { chooseEngine, openStore } from './open.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-open-'));
});
afterEach(() => rm(directory, { recursive: true }));

const HOLD = `
  const { openStore } = await import(process.argv[1]);
  const store = await openStore({ directory: process.argv[2], engine: process.argv[3] });
  process.stdout.write('open');
  setInterval(() => {}, 1000);
`;

describe.each(['rocksdb', 'sqlite'] as const)('a directory opened with %s', (engine) => {
  test('is refused to a second process, and free when the first is killed', async () => {
    const module = new URL('./open.ts', import.meta.url).href;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', HOLD, module, directory, engine]);
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    const refused = openStore({ directory, engine });
    await expect(refused).rejects.toThrow(DirectoryInUseError);
    await expect(openStore({ directory, engine })).rejects.toThrow('is in use by another process.');
    const gone = new Promise((resolve) => holder.once('exit', resolve));
    holder.kill('SIGKILL');
    await gone;
    const store = await openStore({ directory, engine });
    expect(await store.writable()).toEqual({ ok: true });
    await store.close();
  });

  test('is refused to a second opening in the same process', async () => {
    const store = await openStore({ directory, engine });
    await expect(openStore({ directory, engine })).rejects.toThrow(DirectoryInUseError);
    await store.close();
  });
});

test('a directory keeps the engine it was made with', async () => {
  expect(chooseEngine(directory)).toBe('rocksdb');
  await (await openStore({ directory, engine: 'sqlite' })).close();
  expect(chooseEngine(directory)).toBe('sqlite');
});

test('a directory that RocksDB made is never begun anew with another engine', async () => {
  await (await openStore({ directory, engine: 'rocksdb' })).close();
  expect(chooseEngine(directory)).toBe('rocksdb');
  // Damaged is not in use: who reads the one sentence must look at the right thing.
  await writeFile(join(directory, 'CURRENT'), 'MANIFEST-nothing\n');
  const refused = await openStore({ directory }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Error);
  expect(refused).not.toBeInstanceOf(DirectoryInUseError);
});
