import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import type { Key } from '../key-value-store.ts';
import { ReadsOfTurn } from './reads-of-turn.ts';

const keyOf = (name: number | string) => Buffer.from(String(name));
const rowOf = (key: Key) => ({ value: Buffer.from(key), version: 1 });

describe('the reads of one turn', () => {
  it('are made together, and each gets its own rows', async () => {
    const asked: number[] = [];
    const reads = new ReadsOfTurn(async (keys) => {
      asked.push(keys.length);
      return keys.map(rowOf);
    });
    const all = Array.from({ length: 40 }, (_, index) => reads.get([keyOf(index), keyOf(`${index}b`)]));
    const found = await Promise.all([...all, reads.get([])]);
    expect(found.map((rows) => rows.map((row) => row?.value.toString()))).toEqual([
      ...Array.from({ length: 40 }, (_, index) => [`${index}`, `${index}b`]),
      [],
    ]);
    expect(asked).toEqual([64, 16]);
  });

  it('fail alone where a row is damaged', async () => {
    const reads = new ReadsOfTurn(async (keys) => {
      if (keys.some((key) => Buffer.from(key).toString() === 'damaged')) throw new Error('damaged');
      return keys.map(rowOf);
    });
    const [before, damaged, after] = await Promise.allSettled([
      reads.get([keyOf('a')]),
      reads.get([keyOf('damaged')]),
      reads.get([keyOf('b')]),
    ]);
    expect([before.status, damaged.status, after.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('are made at once when they are flushed', async () => {
    let asked = 0;
    const reads = new ReadsOfTurn(async (keys) => {
      asked += keys.length;
      return keys.map(rowOf);
    });
    const reading = reads.get([keyOf('a')]);
    reads.flush();
    expect(asked).toBe(1);
    expect(await reading).toHaveLength(1);
  });
});
