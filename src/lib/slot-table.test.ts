import { expect, test } from 'vitest';
import { SlotTable } from './slot-table.ts';

test("a slot is its owner's until it is left, then the next one's", () => {
  const table = new SlotTable<string>();
  const [a, b, c] = [table.add('a'), table.add('b'), table.add('c')];
  expect(new Set([a, b, c]).size).toBe(3);
  expect(table.delete(b)).toBe('b');
  expect(table.delete(b)).toBeUndefined();
  expect([...table]).toEqual(['a', 'c']);
  expect(table.size).toBe(2);
  expect(table.add('d')).toBe(b);
  expect([...table]).toEqual(['a', 'd', 'c']);
});

test('take leaves none', () => {
  const table = new SlotTable<string>();
  table.add('a');
  table.delete(table.add('b'));
  table.add('c');
  expect(table.take()).toEqual(['a', 'c']);
  expect(table.size).toBe(0);
  const slot = table.add('d');
  expect([...table]).toEqual(['d']);
  expect(table.delete(slot)).toBe('d');
});
