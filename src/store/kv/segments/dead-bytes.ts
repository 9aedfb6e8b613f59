import { Buffer } from 'node:buffer';
import type { Key, KeyedRow } from '../key-value-store.ts';
import { ownRow } from '../stored-row.ts';

/** How many bytes of a segment are dead: a row of table 0, behind the committer's own, so that a start need not count. */
const PREFIX = Buffer.of(0, 1);
const NUMBER_BYTES = 4;

export const deadBytesKey = {
  range: { start: PREFIX, end: Buffer.of(0, 2) },
  of(segment: number): Key {
    const key = Buffer.alloc(PREFIX.length + NUMBER_BYTES);
    PREFIX.copy(key);
    key.writeUInt32BE(segment, PREFIX.length);
    return key;
  },
};

export function deadBytesRow(bytes: number): Buffer {
  return ownRow(String(bytes));
}

export function deadBytesIn(rows: readonly KeyedRow[]): Map<number, number> {
  return new Map(rows.map(({ key, value }) => [key.readUInt32BE(PREFIX.length), Number(value.toString())]));
}
