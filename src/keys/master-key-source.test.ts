import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { masterKeyFingerprint } from './master-key.ts';
import { loadMasterKeys, rotateMasterKeyFile } from './master-key-source.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-keys-'));
});
afterEach(() => rm(directory, { recursive: true }));

const line = Buffer.alloc(32, 7).toString('base64');
const wrapId = masterKeyFingerprint(Buffer.alloc(32, 7));

it('makes the file at the first start, for its owner alone, and finds it at the next', async () => {
  const path = join(directory, 'secret', 'master.key');
  const [made] = await loadMasterKeys({ kind: 'file', path });
  const [found] = await loadMasterKeys({ kind: 'file', path });
  expect(found?.wrapId).toBe(made?.wrapId);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

it('refuses a file that others can read', async () => {
  const path = join(directory, 'master.key');
  await writeFile(path, line);
  await chmod(path, 0o644);
  await expect(loadMasterKeys({ kind: 'file', path })).rejects.toThrow('chmod 600');
});

it('takes keys from a variable, newest first', async () => {
  const text = `${line}, ${Buffer.alloc(32, 8).toString('base64')}`;
  const keys = await loadMasterKeys({ kind: 'text', text });
  expect(keys.map((key) => key.wrapId)).toEqual([wrapId, expect.not.stringContaining(wrapId)]);
});

it('takes keys from a command, and says which one failed', async () => {
  const keys = await loadMasterKeys({ kind: 'command', command: ['printf', '%s\\n', line] });
  expect(keys.map((key) => key.wrapId)).toEqual([wrapId]);
  await expect(loadMasterKeys({ kind: 'command', command: ['false'] })).rejects.toThrow('false failed (1)');
  await expect(loadMasterKeys({ kind: 'command', command: ['true'] })).rejects.toThrow('No master key');
});

it('refuses what is not a key without showing it', async () => {
  const wrong = `${line.slice(0, -4)}AAA=`;
  await expect(loadMasterKeys({ kind: 'text', text: 'too short' })).rejects.toThrow('32 bytes in base64');
  await expect(loadMasterKeys({ kind: 'text', text: `${wrong}AA` })).rejects.not.toThrow(wrong);
});

it('rotates the file: a new key in front, the older one kept', async () => {
  const path = join(directory, 'master.key');
  await writeFile(path, `${line}\n`, { mode: 0o600 });
  const { newKey, older } = await rotateMasterKeyFile(path);
  expect(await readFile(path, 'utf8')).toBe(`${newKey}${older}`);
  const keys = await loadMasterKeys({ kind: 'file', path });
  expect(keys).toHaveLength(2);
  expect(keys[1]?.wrapId).toBe(wrapId);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await readFile(path, 'utf8')).split('\n')[1]).toBe(line);
});
