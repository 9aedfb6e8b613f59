import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeKeyValueStore } from './key-value-store.contract.ts';
import { openStore } from './open.ts';

describeKeyValueStore('sqlite', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-sqlite-'));
  return {
    open: () => openStore({ directory, engine: 'sqlite' }),
    destroy: () => rm(directory, { recursive: true }),
  };
});
