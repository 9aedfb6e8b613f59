import { Buffer } from 'node:buffer';
import type { Key, Range } from './key-value-store.ts';

/** Which part of the store a key lies in, told by its table number, so that an engine can treat the parts as
 * what they are. A range lies in one part.
 *
 * rows      small rows that change
 * bytes     bodies of small objects: written once, never changed; kept apart so that sorting rows does not
 *           rewrite them
 * counters  written by `add` only */
export type Part = 'rows' | 'bytes' | 'counters';

export const BYTES_TABLE = 0x35;
export const COUNTER_TABLES_START = 0x70;

/** The table that lists read: its keys are text all through. Those of other tables hold numbers and stamps. */
const TEXT_KEYED_TABLE = 0x33;

export function hasTextKeys({ start }: Pick<Range, 'start'>): boolean {
  return start[0] === TEXT_KEYED_TABLE;
}

/** Keys as map keys: one character a byte, which also compares in byte order. */
export function nameOf(key: Key): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
}

/** A key and its name, where both are wanted often. */
export interface NamedKey {
  readonly key: Key;
  readonly name: string;
}

export function named(key: Key): NamedKey {
  return { key, name: nameOf(key) };
}

export function keyOf(name: string): Buffer {
  return Buffer.from(name, 'latin1');
}

export function partOf(key: Key): Part {
  return partOfTable(key[0] ?? 0);
}

/** The part of a range.
 * @throws RangeError when it reaches into another part than it begins in. */
export function partOfRange({ start, end }: Pick<Range, 'start' | 'end'>): Part {
  const part = partOf(start);
  const endTable = end[0] ?? 0;
  // An end of one byte is a bare table number: nothing of that table is before it.
  const lastTable = end.length === 1 ? endTable - 1 : endTable;
  if (partOfTable(lastTable) !== part) throw new RangeError('a range lies in one part of the store');
  return part;
}

function partOfTable(table: number): Part {
  if (table >= COUNTER_TABLES_START) return 'counters';
  return table === BYTES_TABLE ? 'bytes' : 'rows';
}
