import { Buffer } from 'node:buffer';
import { readdirSync, readlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LocalStore } from '../local-store.ts';
import { RocksEngine } from '../rocksdb.ts';
import { READING_BYTES, SHARED_BYTES, SharedCell, type StoreConnection } from './protocol.ts';
import { ReaderGate } from './reader-gate.ts';
import { connectStore } from './threaded-store.ts';

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
    const reading = new SharedArrayBuffer(READING_BYTES);
    gate.join(reading);
    const connection: StoreConnection = {
      port: channel.port1,
      shared,
      reading,
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
  for (const { port2 } of channels) port2.close();
  await Promise.all(workers.map((each) => each.terminate()));
  await store.close();
});

test.runIf(process.platform === 'linux')('each opening anew closes the files of the one before', async () => {
  const limits = { segmentBytes: 2 ** 16, checkpointBytes: 2 ** 16, moveBytes: 2 ** 16, bodyBytesMin: 1024 };
  const engine = await RocksEngine.open(directory, undefined, limits);
  const local = new LocalStore(engine);
  const shared = new SharedArrayBuffer(SHARED_BYTES);
  const gate = new ReaderGate(shared);
  engine.onReopening = { before: () => gate.shut(), after: () => gate.open() };
  const { port1, port2 } = new MessageChannel();
  const reading = new SharedArrayBuffer(READING_BYTES);
  const store = connectStore({
    port: port1,
    shared,
    reading,
    engine: 'rocksdb',
    directory,
    handle: engine.handle,
  });
  const keys = Array.from({ length: 40 }, (_, index) => Buffer.from([0x35, index]));
  for (const key of keys) {
    await local.commit({ checks: [], writes: [{ kind: 'put', key, value: Buffer.alloc(8000, 'body') }] });
  }
  const open = async () => {
    for (const key of keys) await store.get([key]);
    const names = readdirSync('/proc/self/fd').map((file) => linkOf(`/proc/self/fd/${file}`));
    return names.filter((name) => name.startsWith(join(directory, 'segments'))).length;
  };
  const first = await open();
  for (let round = 0; round < 3; round += 1) expect(await engine.recover()).toBeUndefined();
  expect(await open()).toBeLessThanOrEqual(first);
  await store.close();
  port2.close();
  await local.close();
});

/** Empty for a file that was closed meanwhile. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
