import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { nameOf } from '../key-space.ts';
import { stampVersion, storedRow, VERSION_BYTES } from '../stored-row.ts';
import { isPointer, placeOf, rowAround } from './body-pointer.ts';
import { SegmentChunk } from './segment-chunk.ts';
import { readRecord } from './segment-record.ts';

function stored(value: string, version: number): Buffer {
  const row = storedRow(Buffer.from(value));
  stampVersion(row, version);
  return row;
}

/** What the records hold: name and value of each, one after the other. */
function read(records: Buffer): string[] {
  const found: string[] = [];
  for (let at = 0; at < records.length; ) {
    const record = readRecord(records, at);
    if (record === undefined || record === 'cut') throw new Error(`no record at ${at}`);
    const end = record.value + record.length;
    found.push(`${nameOf(record.key)}=${records.toString('latin1', record.value, end)}`);
    at = end;
  }
  return found;
}

describe('a chunk of a segment', () => {
  test('holds every body as a record, and points to each with the version of its row', () => {
    const chunk = new SegmentChunk(16);
    // Beyond what it holds at rest, and with a key that is no ASCII.
    chunk.add('a', stored('one', 7));
    chunk.add('\u00ff\u0000b', stored('two'.repeat(40), 2 ** 40));
    expect(read(chunk.records)).toEqual(['a=one', `\u00ff\u0000b=${'two'.repeat(40)}`]);
    const { moved, deadBytes } = chunk.placed(3, 1000);
    expect(deadBytes).toBe(0);
    expect(moved.map(({ name }) => name)).toEqual(['a', '\u00ff\u0000b']);
    for (const [index, value] of ['one', 'two'.repeat(40)].entries()) {
      const pointer = moved[index]?.pointer ?? Buffer.alloc(0);
      expect(isPointer(pointer)).toBe(true);
      const { segment, offset, length } = placeOf(pointer);
      expect(segment).toBe(3);
      expect(chunk.records.toString('latin1', offset - 1000, offset - 1000 + length)).toBe(value);
      const row = rowAround(pointer, 0);
      expect(row).toEqual(stored('', index === 0 ? 7 : 2 ** 40).subarray(0, VERSION_BYTES));
    }
  });

  test('points to nothing that was forgotten or put again, and counts what nothing leads to', () => {
    const chunk = new SegmentChunk(1024);
    chunk.add('gone', stored('1234', 1));
    chunk.add('again', stored('old', 2));
    chunk.add('again', stored('newer', 3));
    chunk.forget('gone');
    chunk.forget('never there');
    const { moved, deadBytes } = chunk.placed(1, 0);
    expect(moved.map(({ name }) => name)).toEqual(['again']);
    expect(placeOf(moved[0]?.pointer ?? Buffer.alloc(0)).length).toBe(5);
    expect(deadBytes).toBe(7);
    chunk.forgetAll();
    expect(chunk.hasBodies).toBe(false);
    expect(chunk.placed(1, 0)).toEqual({ moved: [], deadBytes: 12 });
  });

  test('is as new once it is cleared, also after it grew', () => {
    const chunk = new SegmentChunk(64);
    for (const size of [10, 1000, 20]) {
      chunk.add('k', stored('x'.repeat(size), 1));
      expect(read(chunk.records)).toEqual([`k=${'x'.repeat(size)}`]);
      expect(chunk.placed(1, 0).deadBytes).toBe(0);
      chunk.clear();
      expect(chunk.length).toBe(0);
      expect(chunk.hasBodies).toBe(false);
      expect(chunk.records.length).toBe(0);
    }
  });
});
