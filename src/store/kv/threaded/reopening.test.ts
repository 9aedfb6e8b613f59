import { Buffer } from 'node:buffer';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LocalStore } from '../local-store.ts';
import { RocksEngine } from '../rocksdb.ts';
import { SHARED_BYTES, SharedCell, type StoreConnection } from './protocol.ts';
import { ReaderGate } from './reader-gate.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-reopening-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** Reads without rest until told to stop; every read must find the row. */
const READER = `
  const { parentPort, workerData } = require('node:worker_threads');
  (async () => {
    const { connectStore } = await import(workerData.module);
    const store = connectStore(workerData.connection);
    let going = true;
    let reads = 0;
    parentPort.once('message', () => { going = false; });
    const row = Buffer.from([0x50, 1]);
    while (going) {
      for (let n = 0; n < 50; n += 1, reads += 1) {
        const [[found], listed] = await Promise.all([
          store.get([row]),
          store.range({ start: Buffer.of(0x50), end: Buffer.of(0x51) }),
        ]);
        if (found?.value.toString() !== 'x' || listed.length !== 1) throw new Error('a read missed the row');
      }
      if (reads === 50) parentPort.postMessage('reading');
      await new Promise((resolve) => setImmediate(resolve));
    }
    parentPort.postMessage(reads);
  })();
`;

test('a database is opened anew under threads that read without rest', async () => {
  const engine = await RocksEngine.open(directory);
  const store = new LocalStore(engine);
  await store.commit({
    checks: [],
    writes: [{ kind: 'put', key: Buffer.from([0x50, 1]), value: Buffer.from('x') }],
  });
  const shared = new SharedArrayBuffer(SHARED_BYTES);
  const gate = new ReaderGate(shared);
  engine.onReopening = { before: () => gate.shut(), after: () => gate.open() };
  const channels: MessageChannel[] = [];
  const workers = [0, 1].map(() => {
    const channel = new MessageChannel();
    channels.push(channel);
    const connection: StoreConnection = {
      port: channel.port1,
      shared,
      engine: 'rocksdb',
      directory,
      handle: engine.handle,
    };
    const module = new URL('./threaded-store.ts', import.meta.url).href;
    return new Worker(READER, {
      eval: true,
      workerData: { connection, module },
      transferList: [channel.port1],
    });
  });
  const next = () =>
    Promise.all(workers.map((each) => new Promise((resolve) => each.once('message', resolve))));
  await next();
  for (let round = 0; round < 10; round += 1) expect(await engine.recover()).toBeUndefined();
  const counts = next();
  for (const worker of workers) worker.postMessage('stop');
  for (const reads of await counts) expect(reads).toBeGreaterThan(50);
  expect(new Int32Array(shared)[SharedCell.generation]).toBe(20);
  expect(new Int32Array(shared)[SharedCell.readers]).toBe(0);
  for (const { port2 } of channels) port2.close();
  await Promise.all(workers.map((each) => each.terminate()));
  await store.close();
});
