import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CsvRow, readCsv } from './csv.ts';
import { CSV_ROW_LENGTH_MAX } from './limits.ts';

async function read(...chunks: readonly (string | Buffer)[]): Promise<CsvRow[]> {
  async function* stream() {
    for (const chunk of chunks) yield Buffer.from(chunk);
  }
  const rows: CsvRow[] = [];
  for await (const run of readCsv(stream(), 'bucket/list.csv')) rows.push(...run);
  return rows;
}

async function fieldsOf(...chunks: readonly (string | Buffer)[]): Promise<(readonly string[])[]> {
  return (await read(...chunks)).map(({ fields }) => fields);
}

function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  return places.slice(1).map((place, index) => bytes.subarray(places[index], place));
}

describe('a CSV', () => {
  it('is read as it was written, wherever its chunks end', async () => {
    const field = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r\n', 'ü', '𝄞', '') }),
    );
    const row = fc.tuple(field, field, field);
    await fc.assert(
      fc.asyncProperty(
        fc.array(row),
        fc.boolean(),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.array(fc.nat()),
        async (rows, quoteAll, lineEnd, closed, cuts) => {
          const written = rows.map((fields) => fields.map((text) => quoted(text, quoteAll)).join(','));
          const text = written.join(lineEnd) + (closed && rows.length > 0 ? lineEnd : '');
          expect(await fieldsOf(...split(Buffer.from(text), cuts))).toEqual(rows);
        },
      ),
    );
  });

  it('numbers the lines that rows begin on', async () => {
    const rows = await read('a,b\n"c\nd",e\r\n', 'f,g\nh,', 'i');
    expect(rows.map(({ line }) => line)).toEqual([1, 2, 4, 5]);
  });

  it('may be empty', async () => {
    expect(await read()).toEqual([]);
    expect(await read('')).toEqual([]);
  });

  const long = 'x'.repeat(CSV_ROW_LENGTH_MAX + 1);
  it.each<[string, readonly (string | Buffer)[], string]>([
    ['a byte order mark', ['\u{feff}a,b\n'], 'line 1: the file begins with a byte order mark'],
    ['bytes that are no UTF-8', ['a,b\nc,d\ne', Buffer.of(0xff), ',f\n'], 'line 3: not UTF-8'],
    ['a character that is cut off', ['a,b\n', Buffer.from('ü').subarray(0, 1)], 'line 2: not UTF-8'],
    ['a quote inside a field', ['a,b\nc"d,e\n'], 'line 2: a field that is not quoted holds a quote'],
    ['text behind a quote', ['a,"b"c\n'], 'line 1: text follows a closing quote'],
    ['a quote that stays open', ['a,b\nc,"d\n'], 'line 2: a quoted field is not closed'],
    ['a row without end', ['a,b\n', long], 'line 2: a row is longer than 65536 characters'],
    ['a row that is too long', ['a,b\n', `${long}\n`], 'line 2: a row is longer than 65536 characters'],
    ['an open quote without end', ['a,b\n"', long], 'line 2: a row is longer than 65536 characters'],
  ])('fails for %s', async (_, chunks, reason) => {
    await expect(read(...chunks)).rejects.toMatchObject({
      code: 'InvalidManifestContent',
      message: `bucket/list.csv, ${reason}`,
    });
  });
});

function quoted(text: string, always: boolean): string {
  const plain = !/[",\n\r]/.test(text);
  return plain && !always ? text : `"${text.replaceAll('"', '""')}"`;
}
