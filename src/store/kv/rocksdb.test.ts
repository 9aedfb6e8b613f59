import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeKeyValueStore } from './key-value-store.contract.ts';
import { LocalStore } from './local-store.ts';
import { RocksEngine } from './rocksdb.ts';

describeKeyValueStore('rocksdb', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-rocksdb-'));
  return {
    open: async () => new LocalStore(await RocksEngine.open(join(directory, 'db'))),
    destroy: () => rm(directory, { recursive: true }),
  };
});
