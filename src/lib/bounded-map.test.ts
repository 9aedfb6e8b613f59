import { expect, it } from 'vitest';
import { BoundedMap } from './bounded-map.ts';

it('never gives an earlier value', () => {
  const map = new BoundedMap<number>(8);
  const truth = new Map<string, number>();
  for (let round = 0; round < 1000; round += 1) {
    const key = `key ${(round * round + 7 * round) % 23}`;
    map.set(key, round);
    truth.set(key, round);
    for (const [name, value] of truth) expect([undefined, value]).toContain(map.get(name));
  }
});

it('keeps what is used again and again, and forgets the rest', () => {
  const map = new BoundedMap<number>(8);
  map.set('used', 1);
  map.set('unused', 1);
  for (let round = 0; round < 100; round += 1) {
    map.set(`key ${round}`, round);
    expect(map.get('used')).toBe(1);
  }
  expect(map.get('unused')).toBeUndefined();
  expect(map.get('key 0')).toBeUndefined();
});

it('replaces only what is there', () => {
  const map = new BoundedMap<number>(4);
  map.replace('absent', 1);
  expect(map.get('absent')).toBeUndefined();
  map.set('present', 1);
  map.set('other', 2);
  map.replace('present', 3);
  expect(map.get('present')).toBe(3);
  map.clear();
  expect(map.get('present')).toBeUndefined();
});
