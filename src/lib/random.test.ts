import { describe, expect, it } from 'vitest';
import { systemRandom } from './random.ts';

describe('the random bytes of the system', () => {
  it('are as many as were asked for', () => {
    for (const length of [0, 1, 8, 32, 63, 64, 65, 4096, 4097, 100_000]) {
      expect(systemRandom.bytes(length)).toHaveLength(length);
    }
  });

  it('are never given twice, nor shared', () => {
    // 3,000 draws of uneven length go through the pool many times.
    const drawn = Array.from({ length: 3000 }, (_, turn) => systemRandom.bytes(16 + (turn % 49)));
    const before = drawn.map((bytes) => bytes.toString('hex'));
    expect(new Set(before.map((text) => text.slice(0, 32))).size).toBe(drawn.length);
    systemRandom.bytes(64).fill(0);
    expect(drawn.map((bytes) => bytes.toString('hex'))).toEqual(before);
  });

  it('are even', () => {
    const counts = Array.from({ length: 256 }, () => 0);
    for (let turn = 0; turn < 4000; turn += 1) {
      for (const byte of systemRandom.bytes(64)) counts[byte] = (counts[byte] ?? 0) + 1;
    }
    // 1,000 of each are expected; ten standard deviations away is no chance.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(320);
  });
});
