import type { KeyedRow, Range } from './key-value-store.ts';
import { VERSION_BYTES } from './stored-row.ts';

/** Whether a read came to the end of its range, and not only to its bounds. */
export function reachedEnd(rows: readonly KeyedRow[], { limit, bytesMax }: Range): boolean {
  if (limit !== undefined && rows.length >= limit) return false;
  if (bytesMax === undefined) return true;
  let bytes = 0;
  for (const { key, value } of rows) bytes += key.length + value.length + VERSION_BYTES;
  return bytes <= bytesMax;
}

/** The rows up to the one with which they are more than so many bytes. */
export function* withinBytes<Entry>(
  rows: Iterable<Entry>,
  bytesOf: (row: Entry) => number,
  bytesMax = Number.POSITIVE_INFINITY,
): Generator<Entry, void, undefined> {
  let bytes = 0;
  for (const row of rows) {
    yield row;
    bytes += bytesOf(row);
    if (bytes > bytesMax) return;
  }
}
