import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { describeKeyValueStore } from './key-value-store.contract.ts';
import { StoreUnavailableError, type Write } from './key-value-store.ts';
import { MemoryDisk, MemoryStore } from './memory.ts';

describeKeyValueStore('memory', async () => {
  const disk = new MemoryDisk();
  return { open: async () => new MemoryStore({ disk }), destroy: async () => {} };
});

const key = Buffer.from([0x50, 1]);
const writes: Write[] = [{ kind: 'put', key, value: Buffer.from('x') }];

describe('the memory store', () => {
  test('loses in a crash what was not yet durable, and says that it does not know', async () => {
    const syncing = Promise.withResolvers<void>();
    const synced = Promise.withResolvers<void>();
    const store = new MemoryStore({
      faults: {
        sync: () => {
          syncing.resolve();
          return synced.promise;
        },
      },
    });
    const pending = store.commit({ checks: [], writes });
    await syncing.promise;
    store.crash();
    synced.resolve();
    expect((await pending).outcome).toBe('unknown');
    await expect(store.get([key])).rejects.toThrow(StoreUnavailableError);
    await expect(store.commit({ checks: [], writes })).rejects.toThrow(StoreUnavailableError);
    expect(await new MemoryStore({ disk: store.disk }).get([key])).toEqual([undefined]);
  });

  test('keeps in a crash what was acknowledged', async () => {
    const store = new MemoryStore();
    await store.commit({ checks: [], writes });
    store.crash();
    expect((await new MemoryStore({ disk: store.disk }).get([key]))[0]?.value.toString()).toBe('x');
  });

  test('answers unknown with and without having written', async () => {
    let fault: 'unknown-written' | 'unknown-lost' | 'unavailable' = 'unknown-lost';
    const store = new MemoryStore({ faults: { commit: () => fault } });
    expect((await store.commit({ checks: [], writes })).outcome).toBe('unknown');
    expect(await store.get([key])).toEqual([undefined]);
    fault = 'unknown-written';
    const checks = [{ kind: 'version', key, version: 0 }] as const;
    expect((await store.commit({ checks, writes })).outcome).toBe('unknown');
    // What repetition relies on: its own success is a conflict.
    expect((await store.commit({ checks, writes })).outcome).toBe('conflict');
    fault = 'unavailable';
    await expect(store.commit({ checks, writes })).rejects.toThrow(StoreUnavailableError);
  });
});
