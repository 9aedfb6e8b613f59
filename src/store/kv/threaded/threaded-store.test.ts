import { Buffer } from 'node:buffer';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DirectoryInUseError } from '../directory-lock.ts';
import { describeKeyValueStore } from '../key-value-store.contract.ts';
import type { KeyValueStore } from '../key-value-store.ts';
import { loadStoreThread, startStoreThread } from './store-thread.ts';
import { connectStore } from './threaded-store.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-threaded-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe.each(['rocksdb', 'sqlite'] as const)('threaded %s', (engine) => {
  describeKeyValueStore(`threaded ${engine}`, async () => {
    const own = await mkdtemp(join(tmpdir(), 'holdfast-threaded-'));
    const open = async (): Promise<KeyValueStore> => {
      const thread = await startStoreThread({ directory: own, engine });
      const store = connectStore(thread.connect());
      const close = store.close.bind(store);
      store.close = async () => {
        await close();
        await thread.close();
      };
      return store;
    };
    return { open, destroy: () => rm(own, { recursive: true }) };
  });

  test('serves several threads, and each sees at once what another committed', async () => {
    const thread = await startStoreThread({ directory, engine });
    const store = connectStore(thread.connect());
    const threads = [0, 1, 2].map((number) => {
      const connection = thread.connect();
      const module = new URL('./threaded-store.ts', import.meta.url).href;
      return new Worker(WRITER, {
        eval: true,
        workerData: { connection, number, module },
        transferList: [connection.port],
      });
    });
    const exits = threads.map((each) => new Promise((resolve) => each.once('exit', resolve)));
    const epoch = store.configurationEpoch();
    const results = await Promise.all(
      threads.map((each) => new Promise((resolve) => each.once('message', resolve))),
    );
    expect(results).toEqual([200, 200, 200]);
    const rows = await store.range({ start: Buffer.of(0x50), end: Buffer.of(0x51) });
    expect(rows).toHaveLength(600);
    expect(store.configurationEpoch()).not.toBe(epoch);
    await Promise.all(exits);
    await store.close();
    await thread.close();
  });

  test('refuses a directory that is open already', async () => {
    const thread = await startStoreThread({ directory, engine });
    await expect(startStoreThread({ directory, engine })).rejects.toThrow(DirectoryInUseError);
    await thread.close();
  });

  test('a loaded thread closes what it is opening, or just ends', async () => {
    const thread = loadStoreThread();
    const opening = thread.open({ directory, engine });
    await thread.close();
    const store = connectStore((await opening).connect());
    await expect(store.get([Buffer.of(0x50)])).rejects.toThrow('closed');
    await loadStoreThread().close();
    await (await startStoreThread({ directory, engine })).close();
  });

  test('a thread that dies in the middle of a read holds up nobody', async () => {
    const thread = await startStoreThread({ directory, engine });
    const connection = thread.connect();
    const dying = new Worker(DYING_READER, {
      eval: true,
      workerData: { connection },
      transferList: [connection.port],
    });
    await new Promise((resolve) => dying.once('exit', resolve));
    expect(new Int32Array(connection.reading)[0]).toBe(1);
    await thread.close();
  });

  test('closing waits for a read that is under way', async () => {
    const thread = await startStoreThread({ directory, engine });
    const connection = thread.connect();
    const reading = new Int32Array(connection.reading);
    Atomics.add(reading, 0, 1);
    let isClosed = false;
    const closing = thread.close().then(() => {
      isClosed = true;
    });
    // Of another connection: the thread has got so far that nobody may begin a read.
    const other = connectStore(thread.connect());
    const read = () => other.get([Buffer.of(0x50)]).then(String, String);
    await expect.poll(read, { timeout: 20_000 }).toContain('closed');
    expect(isClosed).toBe(false);
    Atomics.sub(reading, 0, 1);
    await closing;
  });

  test('refuses reads once the thread is closed', async () => {
    const thread = await startStoreThread({ directory, engine });
    const store = connectStore(thread.connect());
    expect(await store.get([Buffer.of(0x50)])).toEqual([undefined]);
    await thread.close();
    await expect(store.get([Buffer.of(0x50)])).rejects.toThrow('closed');
    expect((await store.writable()).ok).toBe(false);
  });
});

/** What running out of memory inside a read leaves. */
const DYING_READER = `
  const { workerData } = require('node:worker_threads');
  Atomics.add(new Int32Array(workerData.connection.reading), 0, 1);
  process.exit(1);
`;

/** Commits 200 rows and reads each back at once. */
const WRITER = `
  const { parentPort, workerData } = require('node:worker_threads');
  (async () => {
    const { connectStore } = await import(workerData.module);
    const store = connectStore(workerData.connection);
    let seen = 0;
    for (let index = 0; index < 200; index += 1) {
      const key = Buffer.from([0x50, workerData.number, index]);
      const configuration = { kind: 'put', key: Buffer.from([0x10, workerData.number]), value: key };
      const writes = [{ kind: 'put', key, value: Buffer.from('x') }, ...(index === 0 ? [configuration] : [])];
      const { outcome } = await store.commit({ checks: [{ kind: 'version', key, version: 0 }], writes });
      const [row] = await store.get([key]);
      if (outcome === 'committed' && row !== undefined) seen += 1;
    }
    await store.close();
    parentPort.postMessage(seen);
  })();
`;
