import { Buffer } from 'node:buffer';
import { type Check, type RowValue, type RowVersion, textOf, type Write } from '../kv/key-value-store.ts';
import { encodeKey, type KeyElement, prefixRange } from '../kv/tuple.ts';

/** The key's elements after the table number. */
type Parts = readonly KeyElement[];

/** Keys, writes and codec of one table. A function takes the elements of the key in the order of tables.ts; a
 * range takes only the first of them. */
export interface Table<RowType, KeyParts extends Parts> {
  key(...parts: KeyParts): Buffer;
  /** All rows whose key begins with these elements. */
  range(...parts: Partial<KeyParts>): { start: Buffer; end: Buffer };
  put(row: RowType, ...parts: KeyParts): Write;
  delete(...parts: KeyParts): Write;
  /** Holds while the row has this version; ABSENT while there is none. */
  check(version: RowVersion, ...parts: KeyParts): Check;
  encode(row: RowType): Buffer;
  decode(row: RowValue): RowType;
}

/** A table whose rows are JSON. Whoever rewrites a row spreads the one it read, so that fields which a newer
 * release added survive. */
export function jsonTable<RowType, KeyParts extends Parts>(table: number): Table<RowType, KeyParts> {
  return codedTable<RowType, KeyParts>(
    table,
    (row) => Buffer.from(JSON.stringify(row)),
    // The row's type is what this table has ever been given; nobody else writes it.
    (text) => {
      const row: RowType = JSON.parse(text);
      return row;
    },
  );
}

/** A table with a row codec of its own. */
export function codedTable<RowType, KeyParts extends Parts>(
  table: number,
  encode: (row: RowType) => Buffer,
  decode: (text: string) => RowType,
): Table<RowType, KeyParts> {
  return {
    key: (...parts) => encodeKey(table, ...parts),
    range: (...parts) => prefixRange(encodeKey(table, ...parts.filter((part) => part !== undefined))),
    put: (row, ...parts) => ({ kind: 'put', key: encodeKey(table, ...parts), value: encode(row) }),
    delete: (...parts) => ({ kind: 'delete', key: encodeKey(table, ...parts) }),
    check: (version, ...parts) => ({ kind: 'version', key: encodeKey(table, ...parts), version }),
    encode,
    decode: (row) => decode(textOf(row)),
  };
}
